# Information of a context and forgetting against distance: two panels, the bound in the first.
keys = keyrows(mean_kinds + 1, mean_chars)
between = 76
eval grid(mean_panels)
set xrange [0.4 : 16.6]
set xtics 4
stats $mean using ($4 + half($5,$6)) nooutput
top = STATS_max > 1 ? STATS_max : 1
if (bound_rows) { stats $bound using 4 nooutput; top = STATS_max > top ? STATS_max : top }
do for [p = 1:mean_panels] {
    eval cell(p)
    b = sum [j = 1:bound_panels] (bound_rows && bound_panel_name[j] eq mean_panel_name[p] ? j : 0)
    set title mean_panel_name[p]
    set yrange [mean_panel_name[p] eq 'information' ? -0.1 : 0 : mean_panel_name[p] eq 'information' ? 1.05 * top : 1]
    set xlabel 'distance (characters)'
    set ylabel (mean_panel_name[p] eq 'information' ? 'nats above the unigram law' : 'TV to the unigram law')
    plot for [i = (b ? bound_from[b] : 1):(b ? bound_to[b] : 0)] $bound index i-1 using 3:4 with linespoints ls 20 ps 0.4, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:($4 - half($5,$6)):(0):(2 * half($5,$6)) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:4 with linespoints ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i], \
     keyentry with linespoints ls 20 ps 0.4 title (bound_rows ? 'the text at least, left' : '')
unset multiplot
