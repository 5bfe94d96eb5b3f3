# Heat maps of total variation between positions, a panel for each point and probe.
stats $cell using 2 nooutput
first = STATS_min
last = STATS_max
stats $cell using 4 nooutput
most = STATS_max > 0 ? STATS_max : 1
across = cell_panels % 3 == 0 ? 3 : cell_panels % 2 == 0 ? 2 : cell_panels
down = (cell_panels + across - 1) / across
wide = across == 1 ? 480.0 : 760.0
side = (wide - 64.0 - 100.0 - (across - 1) * 34.0) / across
side = side < 300 ? side : 300.0
row_gap = 60.0
high = 30.0 + down * (side + row_gap) + 22
eval figure(wide, high)
set multiplot
unset key
set border 15
unset grid
set xrange [first - 0.5 : last + 0.5]
set yrange [first - 0.5 : last + 0.5]
set cbrange [0:most]
tick = last - first > 24 ? 8 : last - first > 12 ? 4 : last - first > 5 ? 2 : 1
set xtics tick
set ytics tick
unset colorbox
do for [p = 1:cell_panels] {
    set lmargin at screen (64 + ((p - 1) % across) * (side + 34)) / wide
    set rmargin at screen (64 + ((p - 1) % across) * (side + 34) + side) / wide
    set tmargin at screen 1 - (30 + ((p - 1) / across) * (side + row_gap)) / high
    set bmargin at screen 1 - (30 + ((p - 1) / across) * (side + row_gap) + side) / high
    set title cell_panel_name[p]
    set xlabel (p + across > cell_panels ? 'position' : '')
    set ylabel ((p - 1) % across == 0 ? 'position' : '')
    if (p == cell_panels) {
        set colorbox user origin screen (64 + across * (side + 34) - 14) / wide, screen 1 - (30 + (down - 1) * (side + row_gap) + side) / high \
            size screen 12 / wide, screen side / high
        set cblabel 'TV' offset -0.4,0
    }
    plot $cell index p-1 using 2:3:4 with image
}
unset multiplot
