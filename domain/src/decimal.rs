//! How does a number enter a receipt? As a decimal string with one spelling, so that no JSON
//! library of any language rounds it and no two byte strings mean the same number.

use serde::{Deserialize, Deserializer, Serializer};
use std::fmt::Display;
use std::str::FromStr;

/// Serde adapter for one integer: `#[serde(with = "decimal")]`.
pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Reads one integer, refusing every spelling but the shortest.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr + Display,
    D: Deserializer<'de>,
{
    parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn parse<T: FromStr + Display>(text: &str) -> Result<T, String> {
    let value: T = text.parse().map_err(|_| format!("`{text}` is not an integer in range"))?;
    if value.to_string() == text {
        Ok(value)
    } else {
        Err(format!("`{text}` is not the shortest decimal form of {value}"))
    }
}

/// Serde adapter for a list of integers: `#[serde(with = "decimal::list")]`.
pub mod list {
    use super::{Deserialize, Deserializer, Display, FromStr, Serializer, parse};
    use serde::ser::SerializeSeq;

    /// Writes each integer as a decimal string.
    pub fn serialize<T: Display, S: Serializer>(
        values: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(values.len()))?;
        for value in values {
            seq.serialize_element(&value.to_string())?;
        }
        seq.end()
    }

    /// Reads each integer, refusing every spelling but the shortest.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
    where
        T: FromStr + Display,
        D: Deserializer<'de>,
    {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| parse(text).map_err(serde::de::Error::custom)).collect()
    }
}

/// Serde adapter for a list that may be absent: `#[serde(with = "decimal::optional_list")]`.
pub mod optional_list {
    use super::{Deserialize, Deserializer, Display, FromStr, Serializer, parse};

    /// Writes `null`, or each integer as a decimal string.
    pub fn serialize<T: Display, S: Serializer>(
        values: &Option<Vec<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match values {
            None => serializer.serialize_none(),
            Some(values) => super::list::serialize(values, serializer),
        }
    }

    /// Reads `null`, or integers in their shortest spelling.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
    where
        T: FromStr + Display,
        D: Deserializer<'de>,
    {
        let texts = Option::<Vec<String>>::deserialize(deserializer)?;
        let Some(texts) = texts else { return Ok(None) };
        let parsed: Result<Vec<T>, String> = texts.iter().map(|text| parse(text)).collect();
        parsed.map(Some).map_err(serde::de::Error::custom)
    }
}
