//! The commands before the value changes, one at a time: `$KEYWORD ... $end`.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till1};
use nom::character::complete::{char, i64 as integer, multispace0, u32 as size, u64 as factor};
use nom::combinator::{all_consuming, opt, rest, value};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// A declaration command.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Declaration<'a> {
    /// `factor` times ten to the minus `exponent` seconds.
    Timescale {
        factor: u64,
        exponent: u32,
    },
    /// A scope opens.
    Scope(&'a str),
    /// And closes.
    Upscope,
    Variable(Variable<'a>),
    /// `$date`, `$version`, `$comment`.
    Text(&'a str),
    /// Commands of simulators that we do not know.
    Other,
}

/// `$var KIND SIZE CODE NAME [RANGE] $end`
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Variable<'a> {
    pub(super) kind: &'a str,
    pub(super) size: u32,
    pub(super) code: &'a str,
    pub(super) name: &'a str,
    pub(super) range: Option<Range>,
}

/// `[7:0]` or `[3]`: left end and right end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Range {
    pub(super) left: i64,
    pub(super) right: i64,
}

/// Understands what is between a keyword and its `$end`; `None` where it is not what the keyword promises.
pub(super) fn parse<'a>(keyword: &str, body: &'a str) -> Option<Declaration<'a>> {
    let body = body.trim();
    match keyword {
        "$timescale" => finish(timescale.parse(body)),
        "$scope" => finish(scope(body)),
        "$upscope" => Some(Declaration::Upscope),
        "$var" => finish(variable(body)),
        "$date" | "$version" | "$comment" => Some(Declaration::Text(body)),
        _ => Some(Declaration::Other),
    }
}

fn finish<'a>(outcome: IResult<&'a str, Declaration<'a>>) -> Option<Declaration<'a>> {
    outcome.ok().map(|(_, declaration)| declaration)
}

/// `1ps`, `100 ns`, and factors that the standard does not have, `500ps`.
fn timescale(input: &str) -> IResult<&str, Declaration<'_>> {
    let unit = alt((
        value(15, tag("fs")),
        value(12, tag("ps")),
        value(9, tag("ns")),
        value(6, tag("us")),
        value(3, tag("ms")),
        value(0, tag("s")),
    ));
    all_consuming((factor, preceded(multispace0, unit)))
        .map(|(factor, exponent)| Declaration::Timescale { factor, exponent })
        .parse(input)
}

fn word(input: &str) -> IResult<&str, &str> {
    preceded(multispace0, take_till1(char::is_whitespace)).parse(input)
}

/// `module tb`; the name may be missing.
fn scope(input: &str) -> IResult<&str, Declaration<'_>> {
    (word, rest)
        .map(|(_, name)| Declaration::Scope(name.trim()))
        .parse(input)
}

fn variable(input: &str) -> IResult<&str, Declaration<'_>> {
    let (input, (kind, size, code)) = (word, preceded(multispace0, size), word).parse(input)?;
    let (input, reference) = rest(input)?;
    let reference = reference.trim();
    // The range may stand apart or not; a name of one element of an array has brackets of its own before it.
    let split = reference.rfind('[').filter(|&at| at > 0);
    let (name, range) = match split.and_then(|at| reference.split_at_checked(at)) {
        Some((name, brackets)) => match all_consuming(range).parse(brackets) {
            Ok((_, range)) => (name.trim_end(), Some(range)),
            Err(_) => (reference, None),
        },
        None => (reference, None),
    };
    let variable = Variable {
        kind,
        size,
        code,
        name,
        range,
    };
    Ok((input, Declaration::Variable(variable)))
}

fn range(input: &str) -> IResult<&str, Range> {
    let spaced = || delimited(multispace0, integer, multispace0);
    delimited(char('['), (spaced(), opt(preceded(char(':'), spaced()))), char(']'))
        .map(|(left, right)| Range {
            left,
            right: right.unwrap_or(left),
        })
        .parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timescales() {
        let parsed = |body| match parse("$timescale", body) {
            Some(Declaration::Timescale { factor, exponent }) => Some((factor, exponent)),
            _ => None,
        };
        assert_eq!(parsed(" 1 ns "), Some((1, 9)));
        assert_eq!(parsed("\n\t500ps\n"), Some((500, 12)));
        assert_eq!(parsed("10 s"), Some((10, 0)));
        assert_eq!(parsed("100fs"), Some((100, 15)));
        for wrong in ["", "ns", "1", "1 as", "1 nsec", "-1 ns", "99999999999999999999 ns"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn variables() {
        let parsed = |body| match parse("$var", body) {
            Some(Declaration::Variable(v)) => {
                Some((v.kind, v.size, v.code, v.name, v.range.map(|r| (r.left, r.right))))
            }
            _ => None,
        };
        assert_eq!(parsed("wire 1 ! clk_p"), Some(("wire", 1, "!", "clk_p", None)));
        assert_eq!(
            parsed(" wire 4 #$ data_p [3:0] "),
            Some(("wire", 4, "#$", "data_p", Some((3, 0))))
        );
        assert_eq!(parsed("reg 4 # d[0:3]"), Some(("reg", 4, "#", "d", Some((0, 3)))));
        assert_eq!(parsed("wire 1 # d [2]"), Some(("wire", 1, "#", "d", Some((2, 2)))));
        assert_eq!(
            parsed("logic 8 # m[1][7:0]"),
            Some(("logic", 8, "#", "m[1]", Some((7, 0))))
        );
        assert_eq!(parsed("wire 1 # \\a[b] "), Some(("wire", 1, "#", "\\a[b]", None)));
        assert_eq!(parsed("real 64 r x"), Some(("real", 64, "r", "x", None)));
        for wrong in ["", "wire", "wire x ! a", "wire 1", "wire 99999999999 ! a"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn others() {
        assert_eq!(parse("$scope", " module tb "), Some(Declaration::Scope("tb")));
        assert_eq!(parse("$upscope", " "), Some(Declaration::Upscope));
        assert_eq!(parse("$comment", " a b\n"), Some(Declaration::Text("a b")));
        assert_eq!(parse("$attrbegin", "misc 03"), Some(Declaration::Other));
    }
}
