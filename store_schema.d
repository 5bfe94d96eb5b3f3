store_schema.o: harness/store_schema.c harness/file.h \
  model/numeric/error.h harness/store_sql.h harness/store.h \
  model/measure/rows.h build/release/schema_sql.h

harness/file.h:

model/numeric/error.h:

harness/store_sql.h:

harness/store.h:

model/measure/rows.h:

build/release/schema_sql.h:
