# Coherence against predictor calls, a panel for each point of the sweep.
stats $mean using 3 nooutput
from = STATS_min
to = STATS_max
keys = keyrows(mean_kinds + 1, mean_chars > 17 ? mean_chars : 17)
eval grid(mean_panels)
set xrange [from - 0.25 : to + 0.2]
set yrange [-0.03:1.05]
set ytics 0.2
if (to - from < 12) { set xtics 1 }
do for [p = 1:mean_panels] {
    eval cell(p)
    q = sum [j = 1:exact_panels] (exact_panel_name[j] eq mean_panel_name[p] ? j : 0)
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'predictor calls per draw (NFE)' : '')
    set ylabel (leftmost(p) ? 'coherent share of draws' : '')
    plot for [i = (q ? exact_from[q] : 1):(q ? exact_to[q] : 0)] $exact index i-1 using 3:4 \
             with linespoints ls 20 lw 0.5 ps 0.5, \
         for [i = mean_from[p]:mean_to[p]] $seed index i-1 using 3:4 \
             with points pt 7 ps 0.35 lc rgb dots(mean_id[i]), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:($4 - half($5,$6)):(0):(2 * half($5,$6)) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:4 with linespoints ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i], \
     keyentry with linespoints ls 20 lw 0.5 ps 0.5 title (exact_n ? 'perfect predictor' : '')
unset multiplot
