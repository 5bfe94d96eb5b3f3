# Coherence and divergence against guidance, a row for each source.
stats $law using 3 nooutput
most = STATS_max
stats $law using 5 nooutput
highest = STATS_max
keys = keyrows(law_kinds + 1, law_chars)
cell_high = 190
between = 76
eval grid_of(2, law_panels)
set xrange [-0.06 * most : 1.06 * most]
do for [p = 1:law_panels] {
    q = sum [j = 1:trained_panels] (trained_rows && trained_panel_name[j] eq law_panel_name[p] ? j : 0)
    set title law_panel_name[p]
    set xlabel (p == law_panels ? 'guidance (s)' : '')
    do for [column = 4:5] {
        eval cell(2 * p - 5 + column)
        set yrange [(column == 4 ? -0.04 : -0.04 * highest) : (column == 4 ? 1.06 : 1.06 * highest)]
        set ylabel (column == 4 ? 'coherence' : 'KL (nats)')
        plot for [i = law_from[p]:law_to[p]] $law index i-1 using 3:column with linespoints ls law_id[i], \
             for [i = (q ? trained_from[q] : 1):(q ? trained_to[q] : 0)] $trained index i-1 \
                 using 3:(column(column) - half(column(column + 2), $8)):(0):(2 * half(column(column + 2), $8)) \
                 with vectors nohead lc rgb col(trained_id[i]) lw 1, \
             for [i = (q ? trained_from[q] : 1):(q ? trained_to[q] : 0)] $trained index i-1 using 3:column \
                 with points pt 6 ps 1.3 lc rgb col(trained_id[i])
    }
}
eval key_cell
plot 2 notitle, for [i = 1:law_kinds] keyentry with linespoints ls i title law_kind[i], \
     for [i = 1:(trained_rows ? 1 : 0)] keyentry with points pt 6 ps 1.3 lc rgb ink title 'trained network'
unset multiplot
