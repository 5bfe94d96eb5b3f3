# Divergence from the source against predictor calls, a panel for each point of the sweep.
stats $mean using 3 nooutput
from = STATS_min
to = STATS_max
keys = keyrows(mean_kinds, mean_chars)
eval grid(mean_panels)
set logscale x 2
set logscale y
set xrange [from / 1.2 : to * 1.2]
set yrange [5e-7:*]
set format y '1e%T'
do for [p = 1:mean_panels] {
    eval cell(p)
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'predictor calls per draw (NFE)' : '')
    set ylabel (leftmost(p) ? 'KL (nats)' : '')
    plot for [i = mean_from[p]:mean_to[p]] $seed index i-1 using 3:4 with points pt 7 ps 0.3 lc rgb dots(mean_id[i]), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:($4 - half($5,$6) > 5e-7 ? $4 - half($5,$6) : 5e-7):(0):($4 - half($5,$6) > 5e-7 ? 2 * half($5,$6) : $4 + half($5,$6) - 5e-7) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:4 with linespoints ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i]
unset multiplot
