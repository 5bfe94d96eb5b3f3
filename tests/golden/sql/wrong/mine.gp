plot $kl using 2:3
