test_record.o: tests/test_record.c harness/record.h harness/identity.h \
  model/numeric/philox.h harness/store.h model/measure/rows.h \
  model/numeric/error.h model/source/source.h tests/support/test.h

harness/record.h:

harness/identity.h:

model/numeric/philox.h:

harness/store.h:

model/measure/rows.h:

model/numeric/error.h:

model/source/source.h:

tests/support/test.h:
