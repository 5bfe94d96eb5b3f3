store.o: harness/store.c harness/store.h model/measure/rows.h \
  model/numeric/error.h harness/file.h harness/store_lock.h \
  harness/store_sql.h model/numeric/arena.h

harness/store.h:

model/measure/rows.h:

model/numeric/error.h:

harness/file.h:

harness/store_lock.h:

harness/store_sql.h:

model/numeric/arena.h:
