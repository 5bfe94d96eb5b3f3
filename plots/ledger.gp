# The error ledger of samplers as stacked bars, a column for each point of the sweep.
# Colour and fill stay with a part, whichever parts there are.
number(part) = (n = sum [k = 1:5] (word('factorization model mixture selection order', k) eq part ? k : 0), n > 0 ? n : 1)
filling(k) = k == 1 ? 3 : k == 2 ? 1 : k == 3 ? 5 : k == 4 ? 2 : 4
stats $part using 4 nooutput
least = STATS_min < 0 ? STATS_min : 0
stats $part using 5 nooutput
most = STATS_max > least ? STATS_max : 1 # all samplers may be exact
stats $total using 2 nooutput
last = STATS_max
stats $name using (strlen(strcol(2))) nooutput
longest = STATS_max
keys = keyrows(part_kinds + 1, 13)
cell_high = 16.0 * last + 8
eval grid_of(total_panels < 4 ? total_panels : 3, (total_panels + 2) / 3)
names = 7.4 * longest + 20
gap = (wide - names - 12.0) / across
set xrange [least * 1.1 : most * 1.07]
set yrange [last + 0.8 : 0.2]
set grid noytics xtics
unset mxtics
do for [p = 1:total_panels] {
    eval cell(p)
    set lmargin at screen (names + ((p - 1) % across) * gap) / wide
    set rmargin at screen (names + ((p - 1) % across) * gap + gap - 22) / wide
    set title total_panel_name[p]
    set xlabel (bottom(p, total_panels) ? 'nats per sequence' : '')
    if (leftmost(p)) { set ytics scale 0 ('' 0) } else { unset ytics }
    set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead front lc rgb ink lw 0.8
    set border 1
    q = sum [j = 1:part_panels] (part_panel_name[j] eq total_panel_name[p] ? j : 0)
    plot for [i = (q ? part_from[q] : 1):(q ? part_to[q] : 0)] $part index i-1 \
             using (0):3:4:5:($3 - 0.36):($3 + 0.36) with boxxyerror lc rgb col(number(part_series[i])) \
             fs pattern filling(number(part_series[i])) border lc rgb col(number(part_series[i])), \
         for [j = 1:(leftmost(p) ? 1 : 0)] $name using (least * 1.1):1:ytic(2) with points pt 7 ps 0, \
         $total index p-1 using 3:2 with points ls 20
}
eval key_cell
plot 2 notitle, for [i = 1:part_kinds] keyentry with boxes lc rgb col(number(part_kind[i])) \
         fs pattern filling(number(part_kind[i])) border lc rgb col(number(part_kind[i])) title part_kind[i], \
     keyentry with points ls 20 title 'sum: KL'
unset multiplot
