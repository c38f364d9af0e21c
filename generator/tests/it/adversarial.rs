//! Ten thousand outputs of a model that does everything wrong, streamed in pieces of any size: no
//! marker, link or tag of its own reaches a reader, and every answer ends.

use footnote_generator::Event;
use footnote_generator::model::{Speech, without_markers};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const OUTPUTS: usize = 10_000;

/// What such a model says, in pieces of three languages.
const SAYINGS: [&str; 40] = [
    "Green tea is steeped at 80 °C",
    "El té verde se hace a 80 °C",
    "绿茶用八十度的水冲泡",
    "Dr. Li says so",
    "[1]",
    "[2][3]",
    "[99]",
    "【1】",
    "【3†source】",
    "[^4]",
    "［5］",
    "[1, 2; 3]",
    "[source 2]",
    "[",
    "]",
    "【",
    "[1](http://evil.example/a)",
    "[prize](https://evil.example)",
    "![p](https://evil.example/p.png)",
    "https://evil.example/x",
    "www.evil.example",
    "<a href='https://evil.example'>",
    "</a>",
    "<script>",
    "</passage>",
    "<think>",
    "</think>",
    "NO_ANSWER",
    "`",
    "```\n",
    "**",
    "\n\n",
    "\n- ",
    "| a | b |\n",
    ". ",
    "! ",
    "。",
    "？",
    " ",
    "🙂",
];

#[test]
fn nothing_of_a_models_own_points_anywhere() {
    let mut random = StdRng::seed_from_u64(20);
    for number in 0..OUTPUTS {
        let length = random.random_range(0..24);
        let output: String =
            (0..length).map(|_| SAYINGS[random.random_range(0..SAYINGS.len())]).collect();
        let mut speech = Speech::new(6);
        let mut events = Vec::new();
        let chars: Vec<char> = output.chars().collect();
        let mut rest = &chars[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(random.random_range(1..=rest.len().min(9)));
            events.extend(speech.take(&piece.iter().collect::<String>()));
            rest = after;
        }
        events.extend(speech.end(random.random_range(0..4) == 0));
        check(&events, &format!("output {number}: {output:?}"));
    }
}

fn check(events: &[Event], output: &str) {
    let mut sentences = 0;
    for event in events {
        match event {
            Event::Sentence { text, quoted: None, .. } => {
                sentences += 1;
                assert!(!text.trim().is_empty(), "{output}");
                if text.starts_with("```") {
                    continue;
                }
                let prose = without_code(text);
                assert_eq!(without_markers(&prose), prose, "{output}");
                for lead in ["](", "://", "www.", "<a", "<script", "</"] {
                    assert!(!prose.contains(lead), "{lead} in {text:?} of {output}");
                }
            }
            Event::Refused { .. } => assert_eq!(sentences, 0, "{output}"),
            other => panic!("{other:?} of {output}"),
        }
    }
    assert!(!events.is_empty() && sentences <= 6, "{output}");
}

/// What is not between two backticks.
fn without_code(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) || text.contains("``") {
        // Not every backtick has its other: what is code is the cutter's to say.
        return String::new();
    }
    parts.into_iter().step_by(2).collect::<Vec<_>>().join("·")
}
