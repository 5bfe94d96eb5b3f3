# Exact coherence and divergence against predictor calls, a row for each point of the sweep.
stats $mean using 3 nooutput
from = STATS_min
to = STATS_max
stats $mean using (note($5)) nooutput
keys = keyrows(mean_kinds, mean_chars)
cell_high = 132
between = 76
eval grid_of(2, mean_panels)
dodge(x, id) = x * 1.012**(id - (mean_kinds + 1) / 2.0)
set logscale x 2
set xrange [from / 1.2 : to * 1.2]
do for [p = 1:mean_panels] {
    set title mean_panel_name[p]
    set xlabel (p == mean_panels ? 'predictor calls per draw (NFE)' : '')
    eval cell(2 * p - 1)
    unset logscale y
    unset arrow 99
    set yrange [-0.06:1.12]
    set ytics 0.5
    set ylabel 'coherence'
    plot for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):4 \
             with linespoints ls mean_id[i]
    eval cell(2 * p)
    eval zero_axis(lo, hi)
    set ylabel 'KL (nats)'
    plot for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):(shown($5)) \
             with linespoints ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i]
unset multiplot
