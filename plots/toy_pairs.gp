# The toy of coupled pairs: marginals on the left, pairs on the right, a row for each source.
wide = 760.0
row = 276.0
top = 76.0
high = top + row * pair_panels - 8
seeds = 0
if (mean_rows) { stats $mean using 7 nooutput; seeds = int(STATS_max) }
eval figure(wide, high)
set multiplot
shift(k) = 0.17 * (k - 2.5)
set ytics 0.2
set yrange [0:0.82]
do for [r = 1:pair_panels] {
    unset key
    set tmargin at screen 1 - (top + 20 + row * (r - 1)) / high
    set bmargin at screen 1 - (top + 20 + row * (r - 1) + 178) / high

    set lmargin at screen 64 / wide
    set rmargin at screen 270 / wide
    set title pair_panel_name[r]
    set ylabel 'probability'
    set xlabel 'token and its position'
    set xrange [0.4:*]
    set style fill solid 1 noborder
    plot $single index r-1 using 2:5:(0.66):xtic(sprintf('%s %d', strcol(4), int($3))) with boxes lc rgb faint, \
         for [i = 1:(reported_n ? 1 : 0)] $reported index r-1 using ($2-0.42):3:(0.84):(0) with vectors nohead ls 22 lw 2, \
         for [i = 1:(single_seed_n ? 1 : 0)] $single_seed index r-1 using 2:3 with points pt 7 ps 0.35 lc rgb dots(1), \
         for [i = 1:(single_mean_n ? 1 : 0)] $single_mean index r-1 using 2:($3 - half($4,$5)):(0):(2 * half($4,$5)) with vectors nohead lc rgb col(1) lw 1, \
         for [i = 1:(single_mean_n ? 1 : 0)] $single_mean index r-1 using 2:3 with points ls 1

    set lmargin at screen 340 / wide
    set rmargin at screen 748 / wide
    set title seeds ? sprintf('%s (network: n = %d seeds)', pair_panel_name[r], seeds) : pair_panel_name[r]
    set ylabel 'probability'
    set xlabel 'pair of the two positions'
    plot $pair index r-1 using 2:4:(0.8):xtic(3) with boxes lc rgb faint, \
         '' index r-1 using 2:($5 > 0 ? $5 : 0):(0.8) with boxes fs empty border rgb ink lc rgb ink lw 0.9, \
         for [i = (mean_n ? mean_from[r] : 1):(mean_n ? mean_to[r] : 0)] $seed index i-1 \
             using ($3 + shift($4)):5 with points pt 7 ps 0.3 lc rgb dots(mean_id[i]), \
         for [i = (mean_n ? mean_from[r] : 1):(mean_n ? mean_to[r] : 0)] $mean index i-1 \
             using ($3 + shift($4)):($5 - half($6,$7)):(0):(2 * half($6,$7)) with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = (mean_n ? mean_from[r] : 1):(mean_n ? mean_to[r] : 0)] $mean index i-1 \
             using ($3 + shift($4)):5 with points ls mean_id[i]
}
keys = 3
eval key_cell
plot 2 notitle, keyentry with boxes fs solid lc rgb faint title 'exact joint', \
     keyentry with boxes fs empty border rgb ink lc rgb ink title 'product of marginals', \
     keyentry with lines ls 22 lw 2 title (reported_n ? 'paper: 0.55, 0.69' : ''), \
     keyentry with points ls 1 title (single_mean_n ? mean_kind[1] : ''), \
     for [i = 2:mean_kinds] keyentry with points ls i title mean_kind[i]
unset multiplot
