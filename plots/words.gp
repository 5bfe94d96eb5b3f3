# Word rate and letter entropy of each sampler, two columns, a row of panels for each point.
array at[name_rows]
stats $name using (at[int($0) + 1] = $1, $1) nooutput
last = STATS_max
longest = 0
do for [i = 1:name_rows] {
    stats $name using (strlen(strcol(2))) every ::i-1::i-1 nooutput
    longest = STATS_max > longest ? STATS_max : longest
}
stats $bar using 9 nooutput
unigram = STATS_max
stats $bar using 5 nooutput
least = STATS_min
keys = 0
cell_high = 16.0 * last + 8
eval grid_of(2, bar_panels)
names = 7.2 * longest + 20
gap = (wide - names - 14.0) / 2
set yrange [last + 0.8 : 0.2]
set grid noytics xtics
set border 1
do for [p = 1:bar_panels] {
    do for [c = 1:2] {
        eval cell(2 * p - 2 + c)
        set lmargin at screen (names + (c - 1) * (gap + 8)) / wide
        set rmargin at screen (names + c * gap - 12) / wide
        set title bar_panel_name[p]
        set xlabel (p < bar_panels ? '' : c == 1 ? 'words that are words' : 'entropy of characters (nats)')
        if (c == 1) { set ytics scale 0 ('' 0); set xrange [0:1.02]; set xtics 0.25 } else { unset ytics; set xrange [least - 0.2 : unigram + 0.06]; set xtics autofreq }
        plot for [j = 1:(c == 1)] $bar index p-1 using (0):2:(0):3:($2 - 0.34):($2 + 0.34) with boxxyerror lc rgb band(1) fs solid border lc rgb col(1), \
             for [j = 1:(c == 1)] '' index p-1 using ($3 - half($4,$7)):2:(2 * half($4,$7)):(0) with vectors nohead lc rgb ink lw 1, \
             for [j = 1:(c == 1)] $name using (0):1:ytic(2) with points pt 7 ps 0, \
             for [j = 1:(c == 2)] $bar index p-1 using ($5 - half($6,$7)):2:(2 * half($6,$7)):(0) with vectors nohead lc rgb ink lw 1, \
             for [j = 1:(c == 2)] '' index p-1 using 5:2 with points ls 2, \
             $bar index p-1 using (c == 1 ? $8 : $9):($2 - 0.6):(0):(1.2) with vectors nohead ls 21
    }
}
unset multiplot
