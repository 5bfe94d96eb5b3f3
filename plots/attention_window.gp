# Likelihood and right-context gain against the reach of attention: two panels.
stats $mean using 2 nooutput
from = STATS_min
to = STATS_max
keys = 1
between = 84
eval grid_of(2, 1)
set logscale x 2
set xrange [from / (exact_rows ? 2.3 : 1.2) : to * 1.3]
set xtics (1, 2, 4, 8, 16)
set xtics add ('all' to)
set xlabel 'tokens in reach on each side'
do for [p = 1:mean_panels] {
    eval cell(p)
    q = sum [j = 1:exact_panels] (exact_rows && exact_panel_name[j] eq mean_panel_name[p] ? j : 0)
    set ylabel mean_panel_name[p]
    plot for [i = (q ? exact_from[q] : 1):(q ? exact_to[q] : 0)] $exact index i-1 using 2:3 with linespoints ls 20 pt 2, \
         for [i = seed_from[p]:seed_to[p]] $seed index i-1 using ($2*1.08):3 with points pt 7 ps 0.4 lc rgb dots(1), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 2:($3 - half($4,$5)):(0):(2 * half($4,$5)) \
             with vectors nohead lc rgb col(1) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 2:3 with linespoints ls 1
}
eval key_cell
plot 2 notitle, keyentry with linespoints ls 1 title 'trained', \
     keyentry with linespoints ls 20 pt 2 title (exact_rows ? 'best with this reach (exact)' : '')
unset multiplot
