# marginalia: `make help` lists the targets.
MODE ?= release
B := build/$(MODE)
CC ?= gcc
PKGS := sqlite3 libcjson openblas libcrypto
STANDARD := -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wformat=2 -Wundef \
            -Wvla -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Werror
NUMERIC  := -O3 -fno-math-errno -fno-trapping-math -ffp-contract=off -fopenmp-simd
SANITIZE := $(if $(filter asan,$(MODE)),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer)
comma := ,
CFLAGS := $(STANDARD) $(WARNINGS) $(NUMERIC) -g $(SANITIZE)
CPPFLAGS := -I. -I$(B) -MMD -MP $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
LDFLAGS := $(SANITIZE)
LDLIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm
MODEL := $(patsubst %.c,$(B)/%.o,$(wildcard model/*/*.c))
HARNESS := $(patsubst %.c,$(B)/%.o,$(filter-out harness/main.c,$(wildcard harness/*.c)))
SUPPORT := $(patsubst %.c,$(B)/%.o,$(wildcard tests/support/*.c))
TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/test_*.c))

all: $(TESTS)
$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
$(B)/tests/test_%: $(B)/tests/test_%.o $(SUPPORT) $(HARNESS) $(MODEL)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LDLIBS) $(shell pkg-config --libs cmocka) -o $@
test: $(TESTS)
	@set -e; for t in $(TESTS); do echo "== $$t"; $$t; done
.SECONDARY:
.PHONY: all test
-include $(shell find build -name '*.d' 2>/dev/null)
