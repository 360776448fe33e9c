"""Tables that cannot be used, each with what must be said of it: line, column, and words."""

from typing import NamedTuple

from mlp_live.data.table import MAX_BYTES, MAX_ROWS, TableChoices


class Malformed(NamedTuple):
    content: bytes
    line: int | None
    column: str | None
    words: str
    choices: TableChoices = TableChoices()


def lines(*rows: str, end: str = "\n") -> bytes:
    return end.join(rows).encode()


def long_row(n: int) -> str:
    return ",".join(f"c{place}" for place in range(n))


HEADER = "a,b,label"
SPLIT = "a,b,split,label"
MALFORMED = {
    # no table
    "empty": Malformed(b"", None, None, "is empty"),
    "mark only": Malformed(b"\xef\xbb\xbf", None, None, "is empty"),
    "blank lines": Malformed(b"\n\n \n", None, None, "is empty"),
    "header only": Malformed(lines(HEADER), 1, None, "no rows"),
    "header only, after blanks": Malformed(lines("", "", HEADER), 3, None, "no rows"),
    "no header": Malformed(lines("1,2,0", "3,4,1"), 1, None, "first line must name"),
    "one column": Malformed(lines("a", "1", "2"), None, None, "2 to 8 columns of numbers"),
    "prose": Malformed(lines("Dear reader", "this is", "no table"), None, None, "columns of num"),
    "too many rows": Malformed(
        lines(HEADER, *["1,2,x"] * (MAX_ROWS + 1)), MAX_ROWS + 2, None, "more than 10,000 rows"
    ),
    "too large": Malformed(b"a" * (MAX_BYTES + 1), None, None, "larger than 2 MB"),
    "nothing but commas": Malformed(b"," * MAX_BYTES, None, None, "is empty"),
    "200,000 columns": Malformed(lines(long_row(200_000)), 1, None, "200,000 columns"),
    "65 columns": Malformed(lines(long_row(65)), 1, None, "65 columns; at most 64"),
    "name twice": Malformed(lines("a,a,label", "1,2,x"), 1, "a", "two columns have this name"),
    "endless name": Malformed(lines("a" * 101 + ",b,label"), 1, "a" * 101, "name has 101 char"),
    # no text
    "not utf-8": Malformed(lines(HEADER, "1,2,x") + b"\n1,2,\xff\xfe", 3, None, "not UTF-8"),
    "latin 1": Malformed("a,b,größe\n1,2,x".encode("latin-1"), 1, None, "not UTF-8"),
    "half a utf-16": Malformed(b"\xff\xfea\x00,", 1, None, "not UTF-16"),
    "nul": Malformed(lines(HEADER, "1,2,x", "1,\0,y"), 3, None, "NUL"),
    "picture": Malformed(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 1, None, "not UTF-8"),
    "archive": Malformed(b"PK\x03\x04\x14\x00\x06\x00", 1, None, "NUL"),
    # rows
    "short row": Malformed(lines(HEADER, "1,2,x", "1,2"), 3, "label", "2 values"),
    "long row": Malformed(lines(HEADER, "1,2,x,9"), 2, None, "4 values"),
    "short row, carriage returns": Malformed(
        lines(HEADER, "1,2,x", "1", end="\r"), 3, "b", "1 values"
    ),
    "row of 100,000 cells": Malformed(lines(HEADER, "1," * 100_000), 2, None, "100001 values"),
    "open quote": Malformed(lines(HEADER, '1,"2,x', "3,4,y"), 2, None, "well-formed"),
    "open quote before much": Malformed(
        lines(HEADER, "1,2,x", '1,2,"x', *["1,2,y"] * 100_000), 3, None, "quotation mark left open"
    ),
    "quote inside": Malformed(lines(HEADER, '1,2,"x"y'), 2, None, "well-formed"),
    "endless label": Malformed(
        lines(HEADER, "1,2,x", "1,2," + "y" * 10_001), 3, "label", "10,001 characters"
    ),
    "line after a quoted line end": Malformed(
        lines(HEADER, '1,2,"x', 'y"', "1,two,z"), 4, "b", "“two” is not a number"
    ),
    # numbers
    "text for a number": Malformed(lines(HEADER, "1,2,x", "1,two,y"), 3, "b", "“two” is not a num"),
    "digits with underscores": Malformed(lines(HEADER, "1,2,x", "1_0,2,y"), 3, "a", "not a number"),
    "digits of another script": Malformed(lines(HEADER, "1,2,x", "١,2,y"), 3, "a", "not a number"),
    "hexadecimal": Malformed(lines(HEADER, "1,2,x", "0x1F,2,y"), 3, "a", "not a number"),
    "formula": Malformed(lines(HEADER, "1,2,x", "=1+1,2,y"), 3, "a", "is not a number"),
    "thousands": Malformed(
        lines("a;b;label", "1,5;2;x", "1.234,5;2;y"), 3, "a", "decimal mark of this column"
    ),
    "two decimal marks": Malformed(
        lines("a;b;label", "1,5;2;x", "1,7;2;x", "1.6;2;y"), 4, "a", "is a comma"
    ),
    "infinity": Malformed(lines(HEADER, "1,-inf,x", "1,2,y"), 2, "b", "finite"),
    "more than a float": Malformed(lines(HEADER, "1,1e999,x", "1,2,y"), 2, "b", "finite"),
    "out of range": Malformed(lines(HEADER, "1e300,2,x"), 2, "a", "is beyond ±1e"),
    "100,000 digits": Malformed(
        lines(HEADER, "1,2,x", "9" * 9_999 + ",2,y"), 3, "a", "not a finite number"
    ),
    # values that are missing
    "no number": Malformed(lines(HEADER, "1,2,x", ",2,y"), 3, "a", "no value"),
    "no label": Malformed(lines(HEADER, "1,2,x", "1,2,"), 3, "label", "no value"),
    "nan": Malformed(lines(HEADER, "1,2,x", "nan,2,y"), 3, "a", "no value"),
    "many gaps": Malformed(
        lines(HEADER, "1,2,x", *["1,NA,y"] * 9), 3, "b", r"9 rows .* lines 3 \(“b”\), .*…"
    ),
    "nothing but gaps": Malformed(
        lines(HEADER, "1,,x", ",2,y"), 2, "b", "every row", TableChoices(drop_missing=True)
    ),
    "empty column as a feature": Malformed(
        lines("a,b,c,label", "1,2,,x"), None, "c", "empty", TableChoices(features=("a", "c"))
    ),
    "empty label": Malformed(
        lines(HEADER, "1,2,", "3,4,"), None, "label", "empty", TableChoices(label="label")
    ),
    # classes
    "one class": Malformed(lines(HEADER, "1,2,x", "3,4,x"), 2, "label", "every row"),
    "eleven classes": Malformed(
        lines(HEADER, *(f"{i},2,k{i}" for i in range(12))), 12, "label", "“k10” is label number 11"
    ),
    "not a fixed class": Malformed(
        lines(HEADER, "1,2,x", "3,4,z"),
        3,
        "label",
        "none of the classes",
        TableChoices(classes=("x", "y")),
    ),
    "words as targets": Malformed(
        lines(HEADER, "1,2,3.5", "1,2,x"), 3, "label", "not a num", TableChoices(task="regression")
    ),
    "one row of a regression": Malformed(lines(HEADER, "1,2,3.5"), 2, None, "one row"),
    # sets
    "odd split": Malformed(
        lines(SPLIT, "1,2,holdout,x", "1,2,train,y"), 2, "split", "none of train"
    ),
    "no train": Malformed(
        lines(SPLIT, "1,2,test,x", "1,2,val,y"), None, "split", "no row is in the training set"
    ),
    "class only in test": Malformed(
        lines(SPLIT, "1,2,train,x", "1,2,test,y"), None, "split", "no training row"
    ),
    # choices
    "no such column": Malformed(
        lines(HEADER, "1,2,x"), None, "z", "no such column", TableChoices(features=("a", "z"))
    ),
    "feature and label": Malformed(
        lines(HEADER, "1,2,x"), None, "a", "twice", TableChoices(features=("a", "b"), label="a")
    ),
    "one feature": Malformed(
        lines(HEADER, "1,2,x"), None, None, "not 1", TableChoices(features=("a",))
    ),
    "nine features": Malformed(
        lines(long_row(10), "1,2,3,4,5,6,7,8,9,x"),
        None,
        None,
        "not 9",
        TableChoices(features=tuple(f"c{i}" for i in range(9))),
    ),
}
