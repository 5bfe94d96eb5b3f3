-- title: A figure with a column that is nowhere
-- block: kl
SELECT sampler AS series, nfe, kl_nts FROM sampler_error
