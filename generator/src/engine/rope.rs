//! Where does a token stand? Rotary positions: each pair of a head's numbers is turned by an angle that
//! grows with the position, in the halves' order of Hugging Face.

use serde_json::Value;

/// How the angles are stretched for contexts longer than the model was first trained on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RopeScaling {
    /// Not at all.
    None,
    /// All alike.
    Linear {
        /// How much slower they turn.
        factor: f32,
    },
    /// Llama 3.1: slow angles are stretched, fast ones kept, with a ramp between.
    Llama3 {
        /// How much slower the slow ones turn.
        factor: f32,
        /// Turns in the old context below which an angle is slow.
        low: f32,
        /// Turns above which it is fast.
        high: f32,
        /// The old context, in tokens.
        context: f32,
    },
}

impl RopeScaling {
    /// From `rope_scaling`, or `rope_parameters` in newer files.
    pub(super) fn parse(given: Option<&Value>) -> Result<Self, String> {
        let Some(given) = given.filter(|given| !given.is_null()) else { return Ok(Self::None) };
        let kind = given.get("rope_type").or(given.get("type")).and_then(Value::as_str);
        let number = |key: &str| {
            let value = given[key].as_f64().filter(|value| value.is_finite() && *value > 0.0);
            value
                .map(|value| value as f32)
                .ok_or_else(|| format!("rope_scaling lacks a positive {key}"))
        };
        match kind {
            None | Some("default") => Ok(Self::None),
            Some("linear") => Ok(Self::Linear { factor: number("factor")? }),
            Some("llama3") => Ok(Self::Llama3 {
                factor: number("factor")?,
                low: number("low_freq_factor")?,
                high: number("high_freq_factor")?,
                context: number("original_max_position_embeddings")?,
            }),
            Some(other) => Err(format!("rope_scaling is {other}; known are linear and llama3")),
        }
    }

    /// The angle per position after stretching.
    fn stretch(self, frequency: f32) -> f32 {
        match self {
            Self::None => frequency,
            Self::Linear { factor } => frequency / factor,
            Self::Llama3 { factor, low, high, context } => {
                let turns = context * frequency / std::f32::consts::TAU;
                let kept = ((turns - low) / (high - low)).clamp(0.0, 1.0);
                frequency * (kept + (1.0 - kept) / factor)
            }
        }
    }
}

/// The angle per position of each pair of a head.
pub(super) fn frequencies(head_width: usize, theta: f32, scaling: RopeScaling) -> Vec<f32> {
    let of = |pair: usize| theta.powf(-((2 * pair) as f32) / head_width as f32);
    (0..head_width / 2).map(|pair| scaling.stretch(of(pair))).collect()
}

/// Cosines and sines of one position: as many of each as a head has pairs.
pub(super) fn angles(frequencies: &[f32], position: usize) -> (Vec<f32>, Vec<f32>) {
    frequencies
        .iter()
        .map(|frequency| (position as f32 * frequency).sin_cos())
        .map(|(s, c)| (c, s))
        .unzip()
}

/// Turns one head.
pub(super) fn turn(head: &mut [f32], (cosines, sines): (&[f32], &[f32])) {
    let (first, second) = head.split_at_mut(head.len() / 2);
    for (pair, (first, second)) in first.iter_mut().zip(second).enumerate() {
        let (a, b) = (*first, *second);
        *first = a * cosines[pair] - b * sines[pair];
        *second = b * cosines[pair] + a * sines[pair];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn llama3_keeps_fast_angles_and_stretches_slow_ones() {
        let scaling = json!({"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 8_192});
        let scaling = RopeScaling::parse(Some(&scaling)).expect("is one");
        let plain = frequencies(128, 500_000.0, RopeScaling::None);
        let scaled = frequencies(128, 500_000.0, scaling);
        assert_eq!(scaled[0], plain[0]);
        assert!((scaled[63] - plain[63] / 8.0).abs() < 1e-12);
        // Between: transformers' own formula, computed apart for pair 32.
        let wave = std::f32::consts::TAU / plain[32];
        let smooth = (8_192.0 / wave - 1.0) / 3.0;
        let wanted = (1.0 - smooth) * plain[32] / 8.0 + smooth * plain[32];
        assert!((scaled[32] - wanted).abs() < 1e-9, "{} {wanted}", scaled[32]);
    }

    #[test]
    fn a_turn_keeps_the_length_and_the_product_of_equal_distances() {
        let frequencies = frequencies(4, 10_000.0, RopeScaling::Linear { factor: 2.0 });
        let turned = |position: usize| {
            let (cosines, sines) = angles(&frequencies, position);
            let mut head = [1.0, 2.0, -3.0, 0.5];
            turn(&mut head, (&cosines, &sines));
            head
        };
        let product = |a: [f32; 4], b: [f32; 4]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        assert_eq!(turned(0), [1.0, 2.0, -3.0, 0.5]);
        assert!((product(turned(9), turned(9)) - 14.25).abs() < 1e-4);
        assert!((product(turned(9), turned(4)) - product(turned(25), turned(20))).abs() < 1e-4);
        assert!(RopeScaling::parse(Some(&json!({"type": "linear"}))).is_err());
    }
}
