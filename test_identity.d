test_identity.o: tests/test_identity.c harness/identity.h \
  model/numeric/philox.h tests/support/test.h

harness/identity.h:

model/numeric/philox.h:

tests/support/test.h:
