plan.o: harness/plan.c harness/plan.h harness/identity.h \
  model/numeric/philox.h harness/spec.h model/diffusion/trainer.h \
  model/diffusion/objective.h model/diffusion/noise.h \
  model/network/adamw.h model/network/parameters.h \
  model/network/transformer.h model/numeric/error.h \
  model/source/source.h model/measure/measure.h model/diffusion/order.h \
  model/measure/rows.h model/predictor/predictor.h harness/store.h \
  model/numeric/arena.h

harness/plan.h:

harness/identity.h:

model/numeric/philox.h:

harness/spec.h:

model/diffusion/trainer.h:

model/diffusion/objective.h:

model/diffusion/noise.h:

model/network/adamw.h:

model/network/parameters.h:

model/network/transformer.h:

model/numeric/error.h:

model/source/source.h:

model/measure/measure.h:

model/diffusion/order.h:

model/measure/rows.h:

model/predictor/predictor.h:

harness/store.h:

model/numeric/arena.h:
