record.o: harness/record.c harness/record.h harness/identity.h \
  model/numeric/philox.h harness/store.h model/measure/rows.h \
  model/numeric/error.h model/numeric/arena.h model/source/source.h

harness/record.h:

harness/identity.h:

model/numeric/philox.h:

harness/store.h:

model/measure/rows.h:

model/numeric/error.h:

model/numeric/arena.h:

model/source/source.h:
