store_result.o: harness/store_result.c harness/identity.h \
  model/numeric/philox.h harness/provenance.h harness/store_sql.h \
  harness/store.h model/measure/rows.h model/numeric/error.h

harness/identity.h:

model/numeric/philox.h:

harness/provenance.h:

harness/store_sql.h:

harness/store.h:

model/measure/rows.h:

model/numeric/error.h:
