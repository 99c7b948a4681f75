r"""Two hundred texts that people, spreadsheets and programs write for phone numbers, and what each is.

`|` parts the text, the country that is declared for it (or nothing), and either the number or, after `!`, a piece of
the reason why it is none. In the text `\u1234` and `\t` are the characters themselves.
"""

from typing import Final, NamedTuple


class Written(NamedTuple):
    """A text, the declared country, and the number that it is or the reason why it is none."""

    text: str
    country: str | None
    number: str | None
    reason: str


_TABLE: Final = r"""
# E.164, and what stands between its groups
+12050003300 | | +12050003300
+442071838750 | | +442071838750
+493012345678 | | +493012345678
+12345 | | +12345
+123456789012345 | | +123456789012345
+1 205 000 3300 | | +12050003300
+1-205-000-3300 | | +12050003300
+1.205.000.3300 | | +12050003300
+1/205/0003300 | | +12050003300
+1 (205) 000-3300 | | +12050003300
+1(205)000-3300 | | +12050003300
+1 (205) - 000 - 3300 | | +12050003300
+1 205 - 000 - 3300 | | +12050003300
+1-205 000.3300 | | +12050003300
+44 20 7183 8750 | | +442071838750
+ 44 20 7183 8750 | | +442071838750
(+44) 20 7183 8750 | | +442071838750
+44 (20) 7183 8750 | | +442071838750
+49 30/12345678 | | +493012345678
+49 (30) 12345678 | | +493012345678
+12050003300\t | | +12050003300
\t+12050003300 | | +12050003300
+999123456 | | +999123456
+88213123456 | | +88213123456
+80012345678 | | +80012345678
+1 205 000 3300 | United Kingdom | +12050003300
+442071838750 | United States | +442071838750
# characters that look alike, and those that nobody sees
+1\u00a0205\u00a0000\u00a03300 | | +12050003300
+1\u202f205\u2009000\u30003300 | | +12050003300
+1\u2011205\u2013000\u20143300 | | +12050003300
+1\u2212205\u2212000\u22123300 | | +12050003300
\u202a+12050003300\u202c | | +12050003300
\u200e+12050003300 | | +12050003300
\ufeff+12050003300 | | +12050003300
+1205\u200b000\u200b3300 | | +12050003300
+1205\u00ad0003300 | | +12050003300
\uff0b\uff11\uff12\uff10\uff15\uff10\uff10\uff10\uff13\uff13\uff10\uff10 | | +12050003300
+\u0664\u0664\u0662\u0660\u0667\u0661\u0668\u0663\u0668\u0667\u0665\u0660 | | +442071838750
+\u0967\u0968\u0966\u096b\u0966\u0966\u0966\u0969\u0969\u0966\u0966 | | +12050003300
\uff0b44\u3000\uff0820\uff0971838750 | | +442071838750
+1\u30fc205\u30fc0003300 | | +12050003300
# what spreadsheets, links and quotations put around it
'+12050003300 | | +12050003300
\u2019+12050003300 | | +12050003300
''+12050003300 | | +12050003300
="+12050003300" | | +12050003300
= "+12050003300" | | +12050003300
="'+12050003300" | | +12050003300
"+12050003300" | | +12050003300
'+12050003300' | | +12050003300
\u201c+12050003300\u201d | | +12050003300
\u201e+12050003300\u201c | | +12050003300
\u00ab+12050003300\u00bb | | +12050003300
`+12050003300` | | +12050003300
tel:+12050003300 | | +12050003300
TEL:+1-205-000-3300 | | +12050003300
tel://+12050003300 | | +12050003300
sip:+12050003300 | | +12050003300
"tel:+12050003300" | | +12050003300
# the 0 that is dialled inside a country
+44 (0)20 7183 8750 | | +442071838750
+44(0)2071838750 | | +442071838750
+44 (0) 20 7183 8750 | | +442071838750
(+44) (0)20 7183 8750 | | +442071838750
+49 (0)30 12345678 | | +493012345678
+49-(0)30-12345678 | | +493012345678
+33 (0)1 70 18 99 00 | | +33170189900
+61 (0)2 5550 1234 | | +61255501234
+39 06 6982 1234 | | +390669821234
+390669821234 | | +390669821234
+39 (0)6 6982 1234 | | +390669821234
+3780549882914 | | +3780549882914
+2250102030405 | | +2250102030405
+225 (0)1 02 03 04 05 | | +2250102030405
+4402071838750 | | ! the 0 after +44 is dialled inside the country only; is +442071838750 meant?
+44 020 7183 8750 | | ! is +442071838750 meant?
+4903012345678 | | ! is +493012345678 meant?
+33 01 70 18 99 00 | | ! is +33170189900 meant?
+610255501234 | | ! is +61255501234 meant?
+1 (0)205 000 3300 | | ! is +12050003300 meant?
+1 1 205 000 3300 | | ! write that, if it is meant
+0442071838750 | | ! never a 0
+00442071838750 | | ! never a 0
# no +, and the country is declared
12050003300 | United States | +12050003300
1 205 000 3300 | United States | +12050003300
2050003300 | United States | +12050003300
(205) 000-3300 | United States | +12050003300
205-000-3300 | US | +12050003300
205.000.3300 | usa | +12050003300
(361) 245-6789 | United States | +13612456789
1 (205) 000-3300 | Canada | +12050003300
011 44 20 7183 8750 | United States | ! it is no number of United States
442071838750 | United Kingdom | +442071838750
44 20 7183 8750 | UK | +442071838750
020 7183 8750 | United Kingdom | +442071838750
(020) 7183 8750 | Great Britain | +442071838750
(0)20 7183 8750 | United Kingdom | +442071838750
02071838750 | united kingdom | +442071838750
2071838750 | United Kingdom | +442071838750
07911 123456 | United Kingdom | +447911123456
0044 20 7183 8750 | United Kingdom | +442071838750
44300000013 | United Kingdom | +44300000013
4420718387 | United Kingdom | ! it may be +4420718387 or +444420718387
493012345678 | Germany | +493012345678
030 12345678 | Germany | +493012345678
030/12345678 | Germany | +493012345678
030 / 12345678 | Germany | +493012345678
(030) 12345678 | Deutschland | ! write the + and the calling code
0049 30 12345678 | Germany | +493012345678
00493012345678 | DE | +493012345678
004930123456 | United Kingdom | ! it is no number of United Kingdom
01 70 18 99 00 | France | +33170189900
33170189900 | France | +33170189900
06 6982 1234 | Italy | +390669821234
390669821234 | Italy | +390669821234
3906 6982 1234 | Italy | +390669821234
8 495 123-45-67 | Russia | +74951234567
74951234567 | Russian Federation | +74951234567
(02) 5550 1234 | Australia | +61255501234
91 600 00 00 | Spain | +34916000000
910 600 000 | Spain | +34910600000
03 1234 5678 | Japan | +81312345678
020 123 4567 | Netherlands | +31201234567
0201234567 | The Netherlands | +31201234567
21 234 5678 | Nowhereland | ! declare a country
555 | United States | ! it is no number of United States
555-0101 | United States | ! it is no number of United States
12345678 | Germany | +4912345678
911 | United States | ! it is no number of United States
4402071838750 | United Kingdom | ! it
# no + and no country
442071838750 | | +442071838750
493012345678 | | +493012345678
12125550123 | | +12125550123
33170189900 | | +33170189900
12050003300 | | ! without a + it may be many numbers
2125550123 | | ! without a +
(361) 245-6789 | | ! without a +
3612456789 | | ! without a +
36 1 245 6789 0 | | ! without a +
1 212 555 0123 | | ! without a +
020 7183 8750 | | ! dialled like that inside a country
00442071838750 | | ! dialled like that inside a country
0044 20 7183 8750 | | ! dialled like that inside a country
4402071838750 | | ! without a +
12345 | | ! without a +
0 | | ! dialled like that
# decimals, rounded numbers and amounts
44300000013.0 | United Kingdom | ! decimals, as spreadsheets and pandas write them; is 44300000013 meant?
493012345678.00 | Germany | ! decimals
12050003300.0 | | ! decimals
+12050003300.0 | | ! is +12050003300 meant?
12050003300,0 | United States | ! decimals
12050003300.50 | United States | ! decimals
4.42072E+11 | | ! a spreadsheet rounded it
4,42072E+11 | | ! a spreadsheet rounded it
1.20500033E+10 | United States | ! a spreadsheet rounded it
1.205e10 | United States | ! a spreadsheet rounded it
+1E10 | | ! a spreadsheet rounded it
44,300,000,013 | United Kingdom | ! in thousands
12,050,003,300.00 | United States | ! in thousands
1/2 | | ! fraction
12050003300\u00bd | United States | ! VULGAR FRACTION ONE HALF
+1205000330\u00b2 | | ! SUPERSCRIPT TWO
+1205000330\u2460 | | ! CIRCLED DIGIT ONE
# formulas and sums
=12050003300 | United States | ! formula
=+12050003300 | | ! formula
=1205+3300 | | ! formula
12050003300+1 | United States | ! sum
1205*3300 | | ! formula
# extensions
+12050003300 x123 | | ! it has an extension, 123, which a virtual number has not; is +12050003300 meant?
+12050003300x123 | | ! an extension, 123
+1 205 000 3300 ext. 5 | | ! an extension, 5
+12050003300 extension 42 | | ! an extension, 42
+12050003300;ext=99 | | ! an extension, 99
+12050003300#12 | | ! an extension, 12
(205) 000-3300 x 7 | United States | ! an extension, 7
+49 30 12345678 DW 12 | | ! an extension, 12
# more than one
+12050003300, +12050003301 | | ! more than one number
+12050003300,+12050003301 | | ! more than one number
+12050003300; 12050003301 | | ! more than one number
+12050003300 / +12050003301 | | ! more than one number
12050003300/12050003301 | United States | ! more than one number
+12050003300 +12050003301 | | ! more than one number
+12050003300+12050003301 | | ! more than one number
+12050003300 or +12050003301 | | ! more than one number
+12050003300 & +12050003301 | | ! more than one number
12050003300 und 12050003301 | United States | ! more than one number
# separators that are doubled, first or last; brackets
--12050003300 | United States | ! doubled
+1--2050003300 | | ! doubled
+1..2050003300 | | ! doubled
+1  205 000 3300 | | ! doubled
++12050003300 | | ! doubled
-12050003300 | United States | ! it begins with "-" (HYPHEN-MINUS)
.12050003300 | United States | ! it begins with "." (FULL STOP)
/2050003300 | United States | ! it begins with "/" (SOLIDUS)
+12050003300- | | ! it ends with "-"
+12050003300. | | ! it ends with "."
+1 (205 000 3300 | | ! a bracket
+1 205) 000 3300 | | ! a bracket
+1 ((205)) 000 3300 | | ! a bracket
[205] 000 3300 | United States | ! LEFT SQUARE BRACKET
# letters and what else is no number
+1205000330O | | ! "O" (LATIN CAPITAL LETTER O) is a letter
+1205000330l | | ! LATIN SMALL LETTER L
+1\u0417050003300 | | ! CYRILLIC CAPITAL LETTER ZE
1-800-FLOWERS | United States | ! is a letter
+1 205 CALL NOW | | ! is a letter
Anna | | ! is a letter
N/A | | ! is a letter
null | | ! is a letter
+1_205_0003300 | | ! LOW LINE
+1205\u26060003300 | | ! WHITE STAR
+1205$0003300 | | ! DOLLAR SIGN
+ | | ! no digit
- | | ! no digit
() | | ! no digit
  | | ! missing
'' | | ! missing
="" | | ! missing
# too short, too long
+1234 | | ! 5 to 15 digits, this one has 4
+1234567890123456 | | ! this one has 16
+1205000330012050003300120500033001205000330012050003300120500033001205000330012050003300120500033001 | | ! too long
"""


def _row(line: str) -> Written:
    text, country, meaning = (part.strip(" ") for part in line.rsplit("|", 2))
    shown = text.encode("latin-1", "backslashreplace").decode("unicode_escape")
    reason = meaning[1:].strip() if meaning.startswith("!") else ""
    return Written(shown, country or None, None if reason else meaning, reason)


TEXTS: Final = [_row(line) for line in _TABLE.splitlines() if line.strip() and not line.startswith("#")]
