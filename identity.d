identity.o: harness/identity.c harness/identity.h model/numeric/philox.h \
  build/release/core_hash.h model/numeric/arena.h

harness/identity.h:

model/numeric/philox.h:

build/release/core_hash.h:

model/numeric/arena.h:
