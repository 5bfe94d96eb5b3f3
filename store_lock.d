store_lock.o: harness/store_lock.c harness/store_lock.h \
  model/numeric/error.h harness/file.h

harness/store_lock.h:

model/numeric/error.h:

harness/file.h:
