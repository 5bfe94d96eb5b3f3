# marginalia: `make help` lists the targets. Objects and tests go to build/MODE, the program to
# build/marginalia; a new source file, test or experiment needs no edit here.

ifeq ($(origin CC),default)
CC := gcc
endif
MODE ?= release
B := build/$(MODE)$(if $(filter-out gcc cc,$(notdir $(CC))),-$(notdir $(CC)))
PROGRAM := $(if $(filter build/release,$(B)),build/marginalia,$(B)/marginalia)
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
RUN ?= $(PROGRAM) run
OUT ?= results

comma := ,
PKGS := sqlite3 libcjson openblas libcrypto gsl libpcre2-8 libutf8proc
STANDARD := -std=c11 -D_DEFAULT_SOURCE
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wformat=2 -Wundef \
            -Wvla -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Werror
# clang reports loops left scalar, and calls the float constants NAN and INFINITY promotions.
WARNINGS += $(if $(findstring clang,$(CC)),-Wno-pass-failed -Wno-double-promotion)
# No -ffast-math and no contraction: a number does not depend on the vector width chosen.
NUMERIC := -O3 -fno-math-errno -fno-trapping-math -ffp-contract=off -fopenmp-simd
SANITIZE := $(if $(findstring asan,$(MODE)),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer)
FUZZ := $(if $(findstring fuzz,$(MODE)),-fsanitize=fuzzer-no-link$(comma)address$(comma)undefined)
# gcc sees null pointers that the sanitizers' own checks put there.
WARNINGS += $(if $(SANITIZE),-Wno-format-overflow)
CFLAGS := $(STANDARD) $(WARNINGS) $(NUMERIC) -g $(SANITIZE) $(FUZZ)
CPPFLAGS := -I. -I$(B) -MMD -MP \
            $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
# GSL's own CBLAS would shadow OpenBLAS's (100 times slower), so it is left out of the link.
LDLIBS := $(filter-out -lgslcblas,$(shell pkg-config --libs $(PKGS) 2>/dev/null)) -lpthread -lm

MODEL := $(patsubst %.c,$(B)/%.o,$(wildcard model/*/*.c))
HARNESS := $(patsubst %.c,$(B)/%.o,$(filter-out harness/main.c,$(wildcard harness/*.c)))
SUPPORT := $(patsubst %.c,$(B)/%.o,$(wildcard tests/support/*.c))
TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/test_*.c))
BENCH := $(patsubst %.c,$(B)/%.o,$(wildcard tests/bench/*.c))
FUZZERS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))
GENERATED := $(B)/core_hash.h $(B)/build_info.h $(if $(wildcard harness/schema.sql),$(B)/schema_sql.h)
# Code that decides a number: its content is part of every result's identity.
CORE := $(sort $(wildcard model/*/*.[ch] harness/run*.c harness/record*.c harness/identity.c \
        harness/checkpoint_*.c harness/trace_*.c))
SOURCES := $(wildcard model/*/*.[ch] harness/*.[ch] tests/*.[ch] tests/*/*.[ch])

all: $(PROGRAM) ## build the program
tests: $(TESTS) ## build the tests

$(PROGRAM): $(B)/harness/main.o $(HARNESS) $(MODEL)
	@echo "  ld $@"
	@$(CC) $(SANITIZE) $^ $(LDLIBS) -o $@
$(B)/tests/test_%: $(B)/tests/test_%.o $(SUPPORT) $(HARNESS) $(MODEL)
	@mkdir -p $(@D)
	@echo "  ld $@"
	@$(CC) $(SANITIZE) $^ $(LDLIBS) -lcmocka -o $@
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(HARNESS) $(MODEL)
	@echo "  ld $@"
	@$(CC) -fsanitize=fuzzer,address,undefined $^ $(LDLIBS) -o $@
$(B)/tests/bench/bench: $(BENCH) $(HARNESS) $(MODEL)
	@echo "  ld $@"
	@$(CC) $(SANITIZE) $^ $(LDLIBS) -o $@
$(B)/tests/large/large: $(B)/tests/large/large.o $(HARNESS) $(MODEL)
	@echo "  ld $@"
	@$(CC) $(SANITIZE) $^ $(LDLIBS) -o $@
$(B)/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

# Generated headers are replaced only when their content changes, so nothing is rebuilt in vain.
replace = cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$(B)/core_hash.h: $(CORE) Makefile
	@mkdir -p $(@D)
	@{ sha256sum $(CORE); echo '$(CFLAGS)'; $(CC) --version | head -n 1; } | sha256sum | \
	    sed 's/\([0-9a-f]*\).*/#define MG_CORE_HASH "\1"/' > $@.new && $(replace)
$(B)/build_info.h: FORCE
	@mkdir -p $(@D)
	@{ echo '#define MG_CFLAGS "$(CFLAGS)"'; \
	   echo "#define MG_COMPILER \"$$($(CC) --version | head -n 1)\""; \
	   echo "#define MG_GIT_COMMIT \"$$(git rev-parse HEAD 2>/dev/null || echo unknown)\""; \
	   echo "#define MG_GIT_DIRTY $$(git status --porcelain 2>/dev/null | grep -q . && echo 1 || echo 0)"; \
	 } > $@.new && $(replace)
$(B)/schema_sql.h: harness/schema.sql Makefile
	@mkdir -p $(@D)
	@{ echo 'static const char SCHEMA_SQL[] = {'; od -An -v -tu1 $< | sed 's/\([0-9][0-9]*\)/\1,/g'; \
	   echo '0};'; } > $@.new && $(replace)
FORCE:

deps: ## look for what the project needs and install what is missing
	@sh .ci/deps core
data: ## the default text corpora, from Debian packages
	@sh .ci/data

test: deps ## every test, under two minutes
	@$(MAKE) --no-print-directory -j$(JOBS) all tests
	@PROGRAM=$(PROGRAM) sh tests/run.sh $(TESTS)
check: deps lint test ## lint, tests, and the tests again under the sanitizers
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=asan all tests
	@PROGRAM=build/asan/marginalia sh tests/run.sh $(patsubst build/release/%,build/asan/%,$(TESTS))

test-slurm: all ## a sweep on a private two-node Slurm, one node killed (as root; skips without Slurm)
	@sh tests/slurm/run.sh $(PROGRAM)

test-browser: ## the report of OUT in a browser, where there is one: desktop, phone, dark, print
	@sh tests/browser.sh $(OUT)/report.html $(OUT)/screenshots || [ $$? = 77 ]

paper quick beyond: deps ## run experiments/paper (quick, beyond), draw, judge, report
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@sh .ci/experiments $(PROGRAM) $@ $(OUT)
run: all ## run one experiment file: make run E=experiments/quick/toy.json
	$(RUN) $(E)
bench: deps ## speed, as ratios to references measured in the same run
	@$(MAKE) --no-print-directory -j$(JOBS) all $(B)/tests/bench/bench
	@PROGRAM=$(PROGRAM) sh tests/bench/run.sh $(B)/tests/bench/bench $(OUT)
bench-llada: all $(B)/tests/large/large ## a forward pass of LLaDA-8B's shapes: make bench-llada D=/big/disk (16 GB)
	@set -e; $(B)/tests/large/large make $(D)/large-llada $(LAYERS); \
	 $(B)/tests/large/large run $(D)/large-llada 128 $(JOBS); rm -r $(D)/large-llada
bench-deps: ## PyTorch, the peer of bench, into build/bench-venv (5.5 GB)
	@sh tests/bench/deps.sh build/bench-venv
fuzz: deps ## libFuzzer on every reader of foreign text, SECONDS=60 each
	@$(MAKE) --no-print-directory -j$(JOBS) CC=clang MODE=fuzz fuzzers
	@sh tests/fuzz/run.sh build/fuzz-clang $(or $(SECONDS),60)
fuzzers: $(FUZZERS)
lint: ## format, layering and house rules
	@sh tests/support/lint.sh
format: ## clang-format every source
	clang-format -i $(SOURCES)
install: all ## program, manual, figures and experiments under PREFIX
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/marginalia
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	sh .ci/manual $(PROGRAM) > $(DESTDIR)$(PREFIX)/share/man/man1/marginalia.1
	@for f in README.md results/README.md plots/* experiments/*/*; do \
	    install -D -m 644 $$f $(DESTDIR)$(PREFIX)/share/marginalia/$$f; done
clean: ## remove what was built (results stay)
	rm -rf build
help: ## this list
	@sed -n 's/^\([a-z -]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  %-20s %s\n", $$1, $$2}'

.DEFAULT_GOAL := all
.SECONDARY:
.PHONY: all tests deps data test test-browser check test-slurm paper quick beyond run bench bench-deps bench-llada fuzz fuzzers lint format install clean help FORCE
-include $(shell find $(B) -name '*.d' 2>/dev/null)
