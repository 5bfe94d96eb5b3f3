# Heat strips of reveal steps with bars of tau beside them, a panel for each point of the sweep.
array at[name_rows]
stats $name using (at[int($0) + 1] = $1, $1) nooutput
last = STATS_max
longest = 0
do for [i = 1:name_rows] {
    stats $name using (strlen(strcol(2))) every ::i-1::i-1 nooutput
    longest = STATS_max > longest ? STATS_max : longest
}
stats $heat using 3 nooutput
length = STATS_max + 1
across = heat_panels % 2 == 0 ? 2 : 1
down = (heat_panels + across - 1) / across
wide = 760.0
names = 7.2 * longest + 16
panel = (wide - names - 14.0 - (across - 1) * 26.0) / across
strip = 0.6 * panel
body = 15.0 * last + 8
row = body + 50.0
high = 92.0 + down * row
start(p) = names + ((p - 1) % across) * (panel + 26.0)
top(p) = 1 - (76.0 + ((p - 1) / across) * row) / high
held(v) = v < -1 ? -1 : v > 1 ? 1 : v
eval figure(wide, high)
set multiplot
unset key
unset colorbox
set yrange [last + 0.8 : 0.2]
set cbrange [0:1]
tick = length > 40 ? 16 : 8
do for [p = 1:heat_panels] {
    first = (p - 1) % across == 0
    low = p + across > heat_panels
    set tmargin at screen top(p)
    set bmargin at screen top(p) - body / high
    set lmargin at screen start(p) / wide
    set rmargin at screen (start(p) + strip - 6) / wide
    set border 0
    unset grid
    unset title
    if (p == 1) {
        set colorbox horizontal user origin screen (wide - 200) / 2 / wide, screen 1 - 20.0 / high size screen 200 / wide, screen 11.0 / high
        unset cbtics
        set label 2 'revealed first' at screen (wide - 216) / 2 / wide, screen 1 - 14.5 / high right tc rgb ink
        set label 3 'last (grey: prompt)' at screen (wide + 216) / 2 / wide, screen 1 - 14.5 / high left tc rgb ink
    }
    set label 1 heat_panel_name[p] at screen start(p) / wide, screen top(p) + 9 / high left tc rgb ink
    set xlabel (low ? 'position' : '')
    set xrange [-0.5 : length - 0.5]
    unset xtics
    set xtics autofreq tick nomirror scale 0.4
    if (first) { set ytics scale 0 ('' 0) } else { unset ytics }
    do for [i = 1:name_rows] {
        set object i rectangle from -0.5,at[i] - 0.45 to length - 0.5,at[i] + 0.45 fc rgb faint fs solid noborder behind
    }
    plot $heat index p-1 using 3:2:(0.5):(0.45):4 with boxxyerror fs solid noborder lc palette, \
         for [j = 1:(first ? 1 : 0)] $name using (0):1:ytic(2) with points pt 7 ps 0
    do for [i = 1:name_rows] { unset object i }
    unset colorbox
    unset label
    set lmargin at screen (start(p) + strip + 6) / wide
    set rmargin at screen (start(p) + panel) / wide
    set border 1
    set grid xtics noytics
    unset ytics
    set xrange [-1.06:1.06]
    set xtics autofreq -1,1 nomirror scale 0.4
    set mxtics 2
    set xlabel (low ? 'tau, leftmost' : '')
    set arrow 1 from 0,0.2 to 0,last + 0.8 nohead lc rgb ink lw 0.7
    plot $bar index p-1 using ($3 < 0 ? $3 : 0):2:($3 < 0 ? $3 : 0):($3 > 0 ? $3 : 0):($2 - 0.32):($2 + 0.32) with boxxyerror \
             fs solid noborder lc rgb band(1), \
         '' index p-1 using (held($3 - half($4,$9))):2:(held($3 + half($4,$9)) - held($3 - half($4,$9))):(0) with vectors nohead lc rgb col(1) lw 1.4, \
         '' index p-1 using 5:($2 - 0.42):(0):(0.84) with vectors nohead lc rgb col(1) lw 2, \
         '' index p-1 using (held($6 - half($7,$9))):2:(held($6 + half($7,$9)) - held($6 - half($7,$9))):(0) with vectors nohead lc rgb col(2) lw 1.4, \
         '' index p-1 using 8:2 with points pt 6 ps 0.75 lc rgb col(2), \
         '' index p-1 using 6:2 with points pt 7 ps 0.7 lc rgb col(2)
    unset arrow 1
}
set lmargin at screen 0.01
set rmargin at screen 0.99
set tmargin at screen 1 - 26.0 / high
set bmargin at screen 1 - 50.0 / high
unset border; unset tics; unset xlabel; unset title; unset grid
set xrange [0:1]
set yrange [0:1]
set key center center horizontal Left reverse maxrows 1
plot 2 notitle, keyentry with boxes fs solid noborder lc rgb band(1) title 'tau', \
     keyentry with lines lc rgb col(1) lw 2 title 'its chance', \
     keyentry with points pt 7 ps 0.7 lc rgb col(2) title 'leftmost', \
     keyentry with points pt 6 ps 0.75 lc rgb col(2) title 'its chance'
unset multiplot
