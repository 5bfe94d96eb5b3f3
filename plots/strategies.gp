# Stacked error of samplers, a panel for each training objective; the axis is that of the first.
stats $part using ($4) index 0 nooutput
cut = 1.06 * STATS_max # longer bars end here
most = 1.45 * STATS_max
stats $total using 2 nooutput
last = STATS_max
longest = 0
do for [i = 1:name_rows] {
    stats $name using (strlen(strcol(2))) every ::i-1::i-1 nooutput
    longest = STATS_max > longest ? STATS_max : longest
}
keys = 1
cell_high = 16.0 * last + 8
eval grid_of(total_panels < 4 ? total_panels : 3, (total_panels + 2) / 3)
names = 7.4 * longest + 20
gap = (wide - names - 12.0) / across
fit(v) = v < cut ? v : cut
set xrange [0 : most]
set yrange [last + 0.8 : 0.2]
set grid noytics xtics
set xtics 0.25
unset mxtics
do for [p = 1:total_panels] {
    eval cell(p)
    set lmargin at screen (names + ((p - 1) % across) * gap) / wide
    set rmargin at screen (names + ((p - 1) % across) * gap + gap - 22) / wide
    set title total_panel_name[p]
    set xlabel (bottom(p, total_panels) ? 'nats per token' : '')
    if (leftmost(p)) { set ytics scale 0 ('' 0) } else { unset ytics }
    set border 1
    plot $part index p-1 using (0):2:(0):(fit($3)):($2 - 0.36):($2 + 0.36) with boxxyerror \
             lc rgb col(1) fs pattern 3 border lc rgb col(1), \
         '' index p-1 using (0):2:(fit($3)):(fit($4)):($2 - 0.36):($2 + 0.36) with boxxyerror \
             lc rgb col(2) fs pattern 1 border lc rgb col(2), \
         for [j = 1:(leftmost(p) ? 1 : 0)] $name using (0):1:ytic(2) with points pt 7 ps 0, \
         $total index p-1 using ($3 < cut ? $3 - half($4,$5) : NaN):2:(2 * half($4,$5)):(0) with vectors nohead lc rgb ink lw 1, \
         '' index p-1 using ($3 < cut ? $3 : NaN):2 with points ls 20, \
         '' index p-1 using (fit($3 + half($4,$5))):2:($3 < cut ? strcol(6) : '… ' . strcol(6)) with labels left offset 0.7,0 tc rgb ink
}
eval key_cell
plot 2 notitle, keyentry with boxes lc rgb col(1) fs pattern 3 border lc rgb col(1) title 'factorization', \
     keyentry with boxes lc rgb col(2) fs pattern 1 border lc rgb col(2) title 'model', \
     keyentry with points ls 20 title 'sum, with 90 % interval'
unset multiplot
