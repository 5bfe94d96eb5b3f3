# Tokens per batched call and per row evaluated against drafts, a panel for each source.
stats $call using 3 nooutput
most = STATS_max
keys = 2
cell_high = 230
eval grid_of(2, (call_panels + 1) / 2)
set logscale x 2
set logscale y 2
set xrange [0.9 : most * 1.12]
set yrange [0.17 : 6]
set ytics ('0.2' 0.2, '0.5' 0.5, '1' 1, '2' 2, '5' 5)
do for [p = 1:call_panels] {
    eval cell(p)
    set title call_panel_name[p]
    set xlabel (bottom(p, call_panels) ? 'positions drafted at once (k)' : '')
    set ylabel (leftmost(p) ? 'tokens' : '')
    q = sum [j = 1:trained_panels] (trained_rows && trained_panel_name[j] eq call_panel_name[p] ? j : 0)
    plot 1 with lines lc rgb faint lw 1.5, (x < 2 ? NaN : x / 2.0) with lines lc rgb faint lw 1.5, \
         for [i = call_from[p]:call_to[p]] $call index i-1 using 3:4 with linespoints ls call_id[i], \
         for [i = row_from[p]:row_to[p]] $row index i-1 using 3:4 with linespoints lc rgb col(row_id[i]) lw 1.5 dt 2 pt 2 ps 0.6, \
         for [i = (q ? trained_from[q] : 1):(q ? trained_to[q] : 0)] $trained index i-1 using 3:($4 - half($5,$6)):(0):(2 * half($5,$6)) \
             with vectors nohead lc rgb ink lw 1, \
         for [i = (q ? trained_from[q] : 1):(q ? trained_to[q] : 0)] $trained index i-1 using 3:4 with points pt 6 ps 1.2 lc rgb ink
}
eval key_cell
plot 2 notitle, for [i = 1:call_kinds] keyentry with linespoints ls i title call_kind[i] . ', per call', \
     for [i = 1:row_kinds] keyentry with linespoints lc rgb col(i) lw 1.5 dt 2 pt 2 ps 0.6 title row_kind[i] . ', per row', \
     for [i = 1:(trained_rows ? 1 : 0)] keyentry with points pt 6 ps 1.2 lc rgb ink title 'trained network', \
     keyentry with lines lc rgb faint lw 1.5 title 'one; k/2'
unset multiplot
