provenance.o: harness/provenance.c harness/provenance.h \
  build/release/build_info.h harness/identity.h model/numeric/philox.h \
  harness/store.h model/measure/rows.h model/numeric/error.h \
  model/numeric/matmul.h

harness/provenance.h:

build/release/build_info.h:

harness/identity.h:

model/numeric/philox.h:

harness/store.h:

model/measure/rows.h:

model/numeric/error.h:

model/numeric/matmul.h:
