//! Numbers in JSON, to the digit: multiplied without rounding, and judged by what a double keeps.

use std::fmt::Write;

use memchr::memchr;

/// The largest integer up to which a double holds every one.
const DOUBLE_INTEGERS: u64 = 1 << 53;

/// So many digits survive the way into a double and back, whatever they are.
const DOUBLE_DIGITS: usize = 15;

/// So many digits fit into 64 bits, whatever they are.
const SMALL_DIGITS: usize = 19;

/// No number with an exponent beyond so many is written out in digits.
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A decimal number: `digits` times ten to the `exponent`, without trailing zeros in `digits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: u128,
    exponent: i32,
}

impl Decimal {
    /// The number a text holds, as JSON or a person writes it; none beyond 38 digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::whole(text).or_else(|| Self::any(text))
    }

    /// The same of a text that is nothing but a few digits, as most are.
    fn whole(text: &str) -> Option<Self> {
        if text.is_empty() || text.len() >= SMALL_DIGITS {
            return None;
        }
        let digits = text.bytes().try_fold(0, |sum: u64, byte| {
            let digit = byte.wrapping_sub(b'0');
            (digit < 10).then(|| sum * 10 + u64::from(digit))
        })?;
        let number = Self {
            negative: false,
            digits: digits.into(),
            exponent: 0,
        };
        Some(number.shortest())
    }

    fn any(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() || (fraction.is_empty() && mantissa.ends_with('.')) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        // Numbers are nearly always small, and adding up large ones is slow.
        let mut small: u64 = 0;
        let mut digits: u128 = 0;
        for (at, byte) in whole.bytes().chain(fraction.bytes()).enumerate() {
            if !byte.is_ascii_digit() {
                return None;
            }
            if at < SMALL_DIGITS {
                small = small * 10 + u64::from(byte - b'0');
                digits = small.into();
            } else {
                digits = digits.checked_mul(10)?.checked_add((byte - b'0').into())?;
            }
        }
        let exponent = power.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        Some(
            Self {
                negative,
                digits,
                exponent,
            }
            .shortest(),
        )
    }

    /// The product, exact; none where it has more digits than are kept.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        let product = Self {
            negative: self.negative != other.negative,
            digits: self.digits.checked_mul(other.digits)?,
            exponent: self.exponent.checked_add(other.exponent)?,
        };
        Some(product.shortest())
    }

    /// Writes the number in digits, never with an exponent; none where that would be absurdly long.
    pub(super) fn push_digits(self, out: &mut String) -> Option<()> {
        let sign = if self.negative && self.digits != 0 {
            "-"
        } else {
            ""
        };
        let places = usize::try_from(self.exponent.unsigned_abs()).ok()?;
        if places > ZEROS.len() {
            return None;
        }
        if self.exponent >= 0 {
            out.push_str(sign);
            // Numbers are nearly always small, and writing large ones is slow.
            match u64::try_from(self.digits) {
                Ok(small) => out.push_str(itoa::Buffer::new().format(small)),
                Err(_) => out.push_str(itoa::Buffer::new().format(self.digits)),
            }
            out.push_str(ZEROS.get(..places)?);
            return Some(());
        }
        let digits = self.digits;
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        let _ = write!(out, "{sign}{whole}.{fraction}");
        Some(())
    }

    /// The number times ten to the `power`, cut downwards to a whole one.
    pub(super) fn floor_times_ten_to(self, power: i32) -> Option<i64> {
        let exponent = self.exponent.checked_add(power)?;
        let digits = i128::try_from(self.digits).ok()?;
        let signed = if self.negative { -digits } else { digits };
        let scale = 10_i128.checked_pow(exponent.unsigned_abs());
        let whole = match (exponent >= 0, scale) {
            (true, Some(scale)) => signed.checked_mul(scale)?,
            (true, None) if signed == 0 => 0,
            (true, None) => return None,
            (false, Some(scale)) => signed.div_euclid(scale),
            (false, None) => signed.signum().min(0),
        };
        i64::try_from(whole).ok()
    }

    fn shortest(mut self) -> Self {
        if self.digits == 0 {
            self.exponent = 0;
            return self;
        }
        // Numbers are nearly always small, and dividing large ones is slow.
        if let Ok(mut digits) = u64::try_from(self.digits) {
            while digits.is_multiple_of(10) && self.exponent < i32::MAX {
                digits /= 10;
                self.exponent += 1;
            }
            self.digits = digits.into();
            return self;
        }
        while self.digits.is_multiple_of(10) && self.exponent < i32::MAX {
            self.digits /= 10;
            self.exponent += 1;
        }
        self
    }
}

/// Whether a JSON number, which may have an exponent, comes out of a double as it went in.
#[inline]
pub(super) fn double_keeps(number: &str, scaled: bool) -> bool {
    let short = number.len() <= DOUBLE_DIGITS && !scaled;
    short || double_keeps_all(number, scaled)
}

/// The same where there are many digits.
fn double_keeps_all(number: &str, scaled: bool) -> bool {
    let fractional = memchr(b'.', number.as_bytes()).is_some();
    if !fractional && !scaled {
        let magnitude = number.trim_start_matches('-').parse::<u64>();
        return magnitude.is_ok_and(|whole| whole <= DOUBLE_INTEGERS);
    }
    let Ok(double) = number.parse::<f64>() else {
        return false;
    };
    if !double.is_finite() {
        return false;
    }
    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(double);
    // The same digits are the same number: ten times as much would not be the nearest double.
    // Nearly all who write so many digits write the shortest, as here.
    shortest == number || significant_digits(number).eq(significant_digits(shortest))
}

/// The digits of a number from the first that is not zero to the last that is not.
fn significant_digits(number: &str) -> impl Iterator<Item = u8> {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let up_to_the_last = mantissa.trim_end_matches(['0', '.']);
    let digits = up_to_the_last.bytes().filter(u8::is_ascii_digit);
    digits.skip_while(|digit| *digit == b'0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keeps(number: &str) -> bool {
        double_keeps(number, number.contains(['e', 'E']))
    }

    fn product(a: &str, b: &str) -> Option<String> {
        let mut out = String::new();
        let product = Decimal::parse(a)?.times(Decimal::parse(b)?)?;
        product.push_digits(&mut out)?;
        Some(out)
    }

    #[test]
    fn a_product_is_exact_and_written_in_digits() {
        assert_eq!(product("812", "1000000").as_deref(), Some("812000000"));
        assert_eq!(product("812.5", "1000000").as_deref(), Some("812500000"));
        assert_eq!(product("0.1", "3").as_deref(), Some("0.3"));
        assert_eq!(product("8.12e2", "1e6").as_deref(), Some("812000000"));
        assert_eq!(product("-1.5", "0.001").as_deref(), Some("-0.0015"));
        assert_eq!(product("-0", "7").as_deref(), Some("0"));
        assert_eq!(product("0", "1e99").as_deref(), Some("0"));
    }

    #[test]
    fn what_is_no_number_or_too_long_for_one_has_no_product() {
        for bad in [
            "", "-", "fast", "1.", ".5", "1e", "NaN", "0x10", "+1", "1_000",
        ] {
            assert_eq!(product(bad, "1"), None, "{bad}");
        }
        assert_eq!(product(&"9".repeat(39), "1"), None);
        assert_eq!(product("1e2147483647", "1e2147483647"), None);
        assert_eq!(product("1e1000", "1"), None);
    }

    #[test]
    fn a_double_keeps_integers_up_to_two_to_the_53rd() {
        assert!(keeps("9007199254740992"));
        assert!(keeps("-9007199254740992"));
        assert!(!keeps("9007199254740993"));
        assert!(!keeps("-9007199254740994"));
        assert!(!keeps(&"1".repeat(400)));
    }

    #[test]
    fn a_double_keeps_decimals_only_where_no_digit_changes() {
        for kept in [
            "0.1",
            "1.50",
            "-0.0",
            "1e5",
            "1763631000.123456",
            "0.30000000000000004",
        ] {
            assert!(keeps(kept), "{kept}");
        }
        let changed = [
            "0.1000000000000000055",
            "3.14159265358979323846",
            "1e400",
            "1e-400",
        ];
        for changed in changed {
            assert!(!keeps(changed), "{changed}");
        }
    }

    proptest! {
        #[test]
        fn a_double_keeps_what_it_writes_and_of_other_digits_what_reads_as_the_same(
            double in prop_oneof![any::<f64>(), -1.0..1.0, -1e9..1e9],
            digits in 1_usize..20,
        ) {
            prop_assume!(double.is_finite() && !(9e15..1e16).contains(&double.abs()));
            for written in [format!("{double}"), format!("{double:e}"), format!("{double:.digits$}"), format!("{double:.digits$e}")] {
                let read = written.parse::<f64>().unwrap_or_default();
                // The standard library's way is the one to be held to, but where two texts are
                // equally near: there it alone does not take the even one.
                let again = format!("{read:e}");
                let places = significant_digits(&again).count().saturating_sub(1);
                let even = format!("{read:.places$e}");
                let is_tie = again != even;
                prop_assert!(!is_tie || (even.parse() == Ok(read) && significant_digits(&even).count() == places + 1));
                let same = significant_digits(&written).eq(significant_digits(&even));
                let is_whole = !written.contains(['.', 'e']);
                let kept = if is_whole { double.abs() <= 9e15 } else { same };
                prop_assert_eq!(keeps(&written), kept, "{}", written);
            }
        }
    }

    #[test]
    fn of_two_texts_equally_near_a_double_keeps_the_one_that_all_writers_on_the_way_choose() {
        // As Go, JavaScript and Python write it; exactly, it ends in 0.41015625.
        assert!(keeps("596072946.4101562"));
        assert!(!keeps("596072946.4101563"));
    }

    #[test]
    fn a_number_is_cut_downwards() {
        let floor = |text, power| Decimal::parse(text).and_then(|n| n.floor_times_ten_to(power));
        assert_eq!(floor("1763631000.1239", 3), Some(1_763_631_000_123));
        assert_eq!(floor("-0.0001", 3), Some(-1));
        assert_eq!(floor("1763631000123999", -3), Some(1_763_631_000_123));
        assert_eq!(floor("-1e-99", 3), Some(-1));
        assert_eq!(floor("1e30", 3), None);
    }
}
