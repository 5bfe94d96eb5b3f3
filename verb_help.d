verb_help.o: harness/verb_help.c harness/cli.h harness/output.h \
  harness/store.h model/measure/rows.h model/numeric/error.h \
  harness/plan.h harness/identity.h model/numeric/philox.h \
  harness/spec.h model/diffusion/trainer.h model/diffusion/objective.h \
  model/diffusion/noise.h model/network/adamw.h \
  model/network/parameters.h model/network/transformer.h \
  model/source/source.h model/measure/measure.h model/diffusion/order.h \
  model/predictor/predictor.h harness/describe.h harness/doctor.h

harness/cli.h:

harness/output.h:

harness/store.h:

model/measure/rows.h:

model/numeric/error.h:

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

model/source/source.h:

model/measure/measure.h:

model/diffusion/order.h:

model/predictor/predictor.h:

harness/describe.h:

harness/doctor.h:
