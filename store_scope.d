store_scope.o: harness/store_scope.c harness/file.h model/numeric/error.h \
  harness/store_sql.h harness/store.h model/measure/rows.h

harness/file.h:

model/numeric/error.h:

harness/store_sql.h:

harness/store.h:

model/measure/rows.h:
