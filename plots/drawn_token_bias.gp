# True likelihood of samples by rule, a panel for each point; the dotted line is the entropy.
stats $name using 1 nooutput
last = STATS_max
longest = 0
do for [i = 1:name_rows] {
    stats $name using (strlen(strcol(2))) every ::i-1::i-1 nooutput
    longest = STATS_max > longest ? STATS_max : longest
}
stats $bar using ($3 > $6 ? $3 : $6) nooutput
most = 1.22 * STATS_max
keys = 1
cell_high = 24.0 * last + 8
eval grid_of(bar_panels % 2 == 0 ? 2 : bar_panels < 4 ? bar_panels : 3, bar_panels % 2 == 0 ? bar_panels / 2 : (bar_panels + 2) / 3)
names = 7.4 * longest + 20
gap = (wide - names - 12.0) / across
set xrange [0 : most]
set yrange [last + 0.6 : 0.4]
set grid noytics xtics
set xtics 0.5
set border 1
do for [p = 1:bar_panels] {
    eval cell(p)
    set lmargin at screen (names + ((p - 1) % across) * gap) / wide
    set rmargin at screen (names + ((p - 1) % across) * gap + gap - 22) / wide
    set title bar_panel_name[p]
    set xlabel (bottom(p, bar_panels) ? 'nats per token' : '')
    if (leftmost(p)) { set ytics scale 0 ('' 0) } else { unset ytics }
    plot $bar index p-1 using (0):2:(0):3:($2 - 0.3):($2 + 0.3) with boxxyerror lc rgb band(1) fs solid border lc rgb col(1), \
         for [j = 1:(leftmost(p) ? 1 : 0)] $name using (0):1:ytic(2) with points pt 7 ps 0, \
         $bar index p-1 using 6:($2 - 0.5):(0):(1) with vectors nohead lc rgb col(2) lw 2 dt (2,2), \
         '' index p-1 using ($3 - half($4,$5)):2:(2 * half($4,$5)):(0) with vectors nohead lc rgb ink lw 1, \
         '' index p-1 using (($3 + half($4,$5) > $6 || $3 < 0.8 * $6) ? $3 + half($4,$5) : $6):2:7 with labels left offset 0.7,0 tc rgb ink
}
eval key_cell
plot 2 notitle, keyentry with boxes lc rgb band(1) fs solid border lc rgb col(1) title 'samples (number: bigram TV)', \
     keyentry with lines lc rgb col(2) lw 2 dt (2,2) title 'entropy of the source'
unset multiplot
