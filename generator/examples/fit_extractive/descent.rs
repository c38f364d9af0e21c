//! The least of a smooth function, by Adam (Kingma and Ba, 2015) over all data in every step.

const STEPS: usize = 1_500;
const RATE: f64 = 0.05;

/// Starts from 0; `slope` writes the gradient at a point into its second argument.
pub(crate) fn least(dimensions: usize, slope: impl Fn(&[f64], &mut [f64])) -> Vec<f64> {
    let mut at = vec![0.0; dimensions];
    let (mut mean, mut square) = (vec![0.0; dimensions], vec![0.0; dimensions]);
    for step in 1..=STEPS {
        let mut gradient = vec![0.0; dimensions];
        slope(&at, &mut gradient);
        // Smaller steps towards the end, so that the last ones settle.
        let rate = RATE * (1.0 - step as f64 / (STEPS as f64 + 1.0));
        for number in 0..dimensions {
            mean[number] = 0.9 * mean[number] + 0.1 * gradient[number];
            square[number] = 0.999 * square[number] + 0.001 * gradient[number].powi(2);
            let corrected = mean[number] / (1.0 - 0.9f64.powi(step as i32));
            let spread = (square[number] / (1.0 - 0.999f64.powi(step as i32))).sqrt();
            at[number] -= rate * corrected / (spread + 1e-9);
        }
    }
    at
}
