"""Tables that are hostile, and a strategy that damages valid ones."""

from hypothesis import strategies as st

from tests.data.malformed import HEADER, lines

ROWS = [f"{i}.5,{i * i},{'xyz'[i % 3]}" for i in range(1, 13)]
VALID = lines(HEADER, *ROWS)
SPLIT = lines("a,b,split,label", "1,2,train,x", "2,1,train,y", "3,1,val,x", "1,3,test,y")
REGRESSION = lines("a,b,y", *[f"{i},{i % 3},{i}.25" for i in range(12)])
MIXED = lines("a;b;c;label", *[f"{i},5;{i % 4};1e{i};k{i % 2}" for i in range(12)])
TEMPLATES = [VALID, SPLIT, REGRESSION, MIXED]


def column(*cells: str, label: str = "xy") -> bytes:
    """A table whose first column has these cells."""
    rows = [f"{cell},{i},{label[i % len(label)]}" for i, cell in enumerate(cells)]
    return lines(HEADER, *rows)


def quoted(*rows: str) -> bytes:
    return lines('"a","b","label"', *rows)


# Each is trained on for two epochs, or refused with a sentence.
HOSTILE: dict[str, bytes] = {
    # quoting
    "all quoted": quoted('"1","2","x"', '"3","4","y"'),
    "quoted line end in the header": lines('"a\nb",c,label', "1,2,x", "3,4,y"),
    "quotes within quotes": quoted('1,2,"""x"""', '3,4,""""""'),
    "quote after spaces": quoted('  "1" , 2,x', '3,"4"  ,y'),
    "single quotes": lines(HEADER, "'1','2','x'", "'3','4','y'"),
    "backslash escapes": lines(HEADER, r"1,2,\"x\"", r"3,4,\n"),
    "only quotes": b'"""""""',
    "open quote at the end": VALID + b'\n1,2,"',
    "one quote": b'"',
    # encodings
    "utf-8 mark": b"\xef\xbb\xbf" + VALID,
    "two marks": b"\xef\xbb\xbf" * 2 + VALID,
    "mark inside": VALID.replace(b"x", b"\xef\xbb\xbf", 1),
    "utf-16 with mark": VALID.decode().encode("utf-16"),
    "utf-16 big endian": b"\xfe\xff" + VALID.decode().encode("utf-16-be"),
    "utf-16 without mark": VALID.decode().encode("utf-16-le"),
    "utf-32": VALID.decode().encode("utf-32"),
    "utf-7": VALID.decode().encode("utf-7"),
    "shift jis": "a,b,ラベル\n1,2,x\n3,4,y".encode("shift-jis"),
    "surrogates": VALID + b"\n1,2,\xed\xa0\x80",
    "overlong": VALID + b"\n1,2,\xc0\xaf",
    "utf-16 lone surrogate": "a,b,label\n".encode("utf-16") + b"\x00\xd8",
    "nul at the end": VALID + b"\0",
    "only nul": b"\0" * 100,
    # line ends
    "carriage returns": VALID.replace(b"\n", b"\r"),
    "mixed line ends": VALID.replace(b"\n", b"\r\n", 2).replace(b"\n", b"\r", 5),
    "line separators": VALID.decode().replace("\n", "\u2028").encode(),
    "form feeds": VALID.replace(b"\n", b"\f"),
    "next line": VALID.decode().replace("\n", "\x85").encode(),
    "blank lines between": VALID.replace(b"\n", b"\n\n\n"),
    "no last line end": VALID.rstrip(),
    "only carriage returns": b"\r" * 1000,
    # numbers
    "unicode digits": column("١", "٢", "٣", "٤"),
    "full-width digits": column("１", "２"),
    "superscripts": column("1²", "2³"),
    "unicode spaces": column("\u00a01\u2003", "\u30002\u200a"),
    "zero-width space": column("1\u200b", "2\u200b"),
    "unicode minus": column("−1", "−2"),
    "underflow": column("1e-400", "-1e-400", "1e-99999"),
    "overflow": column("1e400", "1"),
    "denormals": column("5e-324", "1e-310", "4.9e-324", "0"),
    "all denormal": lines(HEADER, *[f"{i}e-323,{i}e-320,{'xy'[i % 2]}" for i in range(1, 9)]),
    "minus zero": column("-0.0", "0", "-0", "+0"),
    "largest": column("1e15", "-1e15", "999999999999999.9"),
    "neighbors": column("1", "1.0000000000000002", "0.9999999999999999"),
    "thousands": column('"1,000"', '"2,000"'),
    "thousands with spaces": column("1 000", "2 000"),
    "thousands with apostrophes": column("1'000", "2'000"),
    "hexadecimal floats": column("0x1p3", "0x1.8p1"),
    "binary": column("0b1", "0b0"),
    "underscores": column("1_000", "2_000"),
    "complex": column("1j", "2j"),
    "percent": column("10%", "20%"),
    "currency": column("$1", "€2"),
    "fractions": column("1/2", "¾"),
    "dates": column("2020-01-01", "2020-01-02"),
    "booleans": column("true", "false"),
    "infinities": column("inf", "-Infinity", "1"),
    "every kind of nan": column("nan", "NaN", "-nan", "1", "2"),
    "dots": column(".", "..", "1"),
    "dot first and last": column(".5", "5.", "-.5"),
    "exponents only": column("e5", "1e", "1e+"),
    "huge exponent": column("1e" + "9" * 5000, "1"),
    "5,000 digits": column("1." + "3" * 5000, "2"),
    "5,000 digits of an integer": column("0" * 5000 + "1", "2"),
    # shape
    "one row": lines(HEADER, "1,2,x"),
    "one row of a regression": lines("a,b,y", "1,2,3.5"),
    "one column": lines("a", "1", "2"),
    "two columns": lines("a,b", "1,2", "3,4"),
    "64 columns": lines(",".join(f"c{i}" for i in range(64)), *[",".join("12" * 32)] * 4),
    "10,000 rows": lines(HEADER, *[f"{i},{i % 7},{'xy'[i % 2]}" for i in range(10_000)]),
    "constant features": lines(HEADER, *["1,1,x", "1,1,y"] * 5),
    "all constant": lines("a,b,y", *["1,1,1.5"] * 10),
    "two rows, two classes": lines(HEADER, "1,2,x", "3,4,y"),
    "two rows of a regression": lines("a,b,y", "1,2,0.5", "3,4,1.5"),
    "a class with one row": lines(HEADER, *["1,2,x"] * 9, "3,4,y"),
    "ten classes with one row": lines(HEADER, *[f"{i},{-i},k{i}" for i in range(10)]),
    "tiny targets": lines("a,b,y", *[f"{i},{i % 3},{i}.5e-162" for i in range(12)]),
    "huge targets": lines("a,b,y", *[f"{i},{i % 3},{(-1) ** i}.5e14" for i in range(12)]),
    "far apart": lines(HEADER, *["1e-300,1e-300,x", "2e-300,3e-300,y"] * 8, "1e15,-1e15,x"),
    # header
    "names twice": lines("a,a,a", "1,2,x"),
    "names that differ by case": lines("a,A,label", "1,2,x", "3,4,y"),
    "names that differ by space": lines("a, a ,label", "1,2,x", "3,4,y"),
    "names that differ by normalization": lines("é,e\u0301,label", "1,2,x", "3,4,y"),
    "empty names": lines(",,", "1,2,x", "3,4,y"),
    "a name like an empty one": lines("column 2,,label", "1,2,x", "3,4,y"),
    "a name of 10,000 characters": lines("a" * 10_000 + ",b,label", "1,2,x", "3,4,y"),
    "formula names": lines("=1+1,@SUM(A1),label", "1,2,x", "3,4,y"),
    "markup names": lines("<script>,<b>&amp;,label", "1,2,<i>", "3,4,&lt;"),
    "names of control characters": lines("\x01,\x1b[31m,label", "1,2,\x07", "3,4,\x7f"),
    "right-to-left names": lines("\u202ea,\u200fb,label", "1,2,\u202ex", "3,4,y"),
    "emoji names": lines("👩‍👩‍👧,🏳️‍🌈,label", "1,2,👍", "3,4,👎"),
    "every column named label": lines("label,Label,LABEL", "1,2,x", "3,4,y"),
    "number names": lines("1,2,label", "1,2,x", "3,4,y"),
    # labels
    "labels that differ by case": lines(HEADER, *["1,2,x", "3,4,X"] * 4),
    "labels that differ by space": lines(HEADER, *['1,2," x"', "3,4,x", "5,6,y"] * 4),
    "labels that differ by normalization": lines(HEADER, *["1,2,é", "3,4,e\u0301"] * 4),
    "labels that are equal numbers": lines(HEADER, *["1,2,1", "3,4,1.0", "5,6,01", "7,8,2"] * 3),
    "labels of minus zero": lines(HEADER, *["1,2,0", "3,4,-0", "5,6,1"] * 3),
    "labels of one character more": lines(HEADER, "1,2," + "x" * 9_999, "3,4," + "x" * 10_000),
    "formula labels": lines(HEADER, *["1,2,=1+1", "3,4,-cmd"] * 3),
    # splits
    "split in odd words": lines("a,b,split,label", "1,2,TRAIN,x", "3,4,Holdout,y"),
    "split with spaces": lines("a,b,split,label", "1,2, train ,x", "3,4,train,y"),
    "split with all in test": lines("a,b,split,label", "1,2,test,x", "3,4,test,y"),
    "split with an empty cell": lines("a,b,split,label", "1,2,train,x", "3,4,,y"),
    "split without validation": lines("a,b,split,label", *["1,2,train,x", "3,4,test,y"] * 3),
    "split of a one-row training set": lines("a,b,split,y", "1,2,train,.5", "3,4,test,1.5"),
    "split named by its number": lines("a,b,split,label", "1,2,0,x", "3,4,1,y"),
}

PIECES = [
    *(b",", b";", b"\t", b"|", b'"', b"\n", b"\r", b"\0", b" ", b"-", b".", b"e", b"\xff"),
    *(b"1e400", b"1e-400", b"nan", b"inf", b"0x1F", "١".encode(), "é".encode(), b"\xef\xbb\xbf"),
    *(b"split", b"train", b"test", b"label", b"=1+1", b"1_0", b"-0.0", b"1e15", b"", b"x" * 200),
]


@st.composite
def any_tables(draw: st.DrawFn) -> bytes:
    """A valid table in which some places are replaced, removed or repeated."""
    content = draw(st.sampled_from(TEMPLATES))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 12)))
        middle = draw(st.sampled_from([*PIECES, content[start:end] * 2]))
        content = content[:start] + middle + content[end:]
    return content
