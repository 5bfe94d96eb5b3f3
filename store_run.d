store_run.o: harness/store_run.c harness/identity.h \
  model/numeric/philox.h harness/json.h model/numeric/error.h \
  harness/spec.h model/diffusion/trainer.h model/diffusion/objective.h \
  model/diffusion/noise.h model/network/adamw.h \
  model/network/parameters.h model/network/transformer.h \
  model/source/source.h model/measure/measure.h model/diffusion/order.h \
  model/measure/rows.h model/predictor/predictor.h harness/store_sql.h \
  harness/store.h

harness/identity.h:

model/numeric/philox.h:

harness/json.h:

model/numeric/error.h:

harness/spec.h:

model/diffusion/trainer.h:

model/diffusion/objective.h:

model/diffusion/noise.h:

model/network/adamw.h:

model/network/parameters.h:

model/network/transformer.h:

model/source/source.h:

model/measure/measure.h:

model/diffusion/order.h:

model/measure/rows.h:

model/predictor/predictor.h:

harness/store_sql.h:

harness/store.h:
