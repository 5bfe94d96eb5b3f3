# Predicted against exact marginals, a panel for each point of the sweep.
stats $point using 3 nooutput
most = STATS_max
stats $point using 4 nooutput
most = STATS_max > most ? STATS_max : most
keys = keyrows(point_kinds, point_chars)
eval grid(point_panels)
set xrange [-0.03 * most : 1.05 * most]
set yrange [-0.03 * most : 1.05 * most]
if (most > 0.5) { set xtics 0.25; set ytics 0.25 }
do for [p = 1:point_panels] {
    eval cell(p)
    set title point_panel_name[p]
    set xlabel (bottom(p, point_panels) ? 'exact probability' : '')
    set ylabel (leftmost(p) ? 'predicted probability' : '')
    plot x with lines ls 21, \
         for [i = point_from[p]:point_to[p]] $point index i-1 using 3:4 with points ls point_id[i] ps 0.5
}
eval key_cell
plot 2 notitle, for [i = 1:point_kinds] keyentry with points ls i title point_kind[i]
unset multiplot
