//! Explanations as a contributor reads them, in English.

use super::{EvidenceKind, Explanation, Standing, SupportedSentence};
use crate::id::ContentHash;

impl Explanation {
    /// The explanation in sentences, the most important first. `title` names a contribution.
    pub fn in_words(&self, title: &dyn Fn(ContentHash) -> String) -> Vec<String> {
        let mut said = vec![self.verdict()];
        said.extend(self.supported.iter().map(SupportedSentence::in_words));
        said.extend(self.behind.iter().map(|(number, older)| {
            let older = title(*older);
            format!("For sentence {number} its words follow “{older}”, which is older and supports it as well.")
        }));
        said.extend(self.copied.iter().map(|(owner, count)| {
            let owner = title(*owner);
            format!("{} of “{owner}”, which is older.", self.of_found(*count, "a copy", "copies"))
        }));
        if self.removed > 0 {
            let part = self.of_found(self.removed, "a copy", "copies");
            said.push(format!("{part} of a text that was removed; nobody is paid for it."));
        }
        if self.boilerplate > 0 {
            let part = self.of_found(self.boilerplate, "found", "found");
            said.push(format!("{part} in too many unrelated texts to belong to anybody."));
        }
        said
    }

    fn verdict(&self) -> String {
        let rank = match self.rank {
            Some(rank) => format!("It was ranked {rank}"),
            None => "Copies of it were found".to_owned(),
        };
        let sentences = self.supported.len();
        if self.share_ppm > 0 {
            let total = self.answer_sentences;
            let share = percent(self.share_ppm);
            return format!("{rank} and supported {sentences} of {total} sentences: {share}.");
        }
        if sentences > 0 {
            return format!("{rank} and supported {sentences} sentences, too little to be paid.");
        }
        match self.standing {
            Standing::Read => format!("{rank} and read, but nothing in the answer rests on it."),
            Standing::OwnsNothing => format!("{rank} and read, but it owns nothing of it."),
            Standing::NothingNew => {
                format!("{rank} and passed over: what it says was there already, or is nobody's.")
            }
            Standing::NoPlace => format!(
                "{rank} and passed over: older or better ranked sources had taken all places."
            ),
        }
    }

    /// "2 of its 5 sentences found are copies".
    fn of_found(&self, count: u32, one: &str, many: &str) -> String {
        match (count, self.found) {
            (1, 1) => format!("Its sentence found is {one}"),
            (1, found) => format!("1 of its {found} sentences found is {one}"),
            (count, found) => format!("{count} of its {found} sentences found are {many}"),
        }
    }
}

impl SupportedSentence {
    /// "For sentence 2 (41 % of the answer) it was the best of two sources: …".
    fn in_words(&self) -> String {
        let Self { number, sources, .. } = *self;
        let weight = percent(self.weight_ppm);
        let kind = match self.kind {
            EvidenceKind::Wording => "wording",
            EvidenceKind::Meaning => "meaning",
            EvidenceKind::Necessity => "necessity",
        };
        let mine = part(self.support_ppm);
        let rival = part(self.rival_ppm);
        let place = match (sources, self.better) {
            (1, _) => format!("the only source: {mine} by {kind}"),
            (_, 0) if self.rival_ppm == self.support_ppm => {
                format!("one of the best of {sources} sources: {mine} by {kind}, like another")
            }
            (_, 0) => format!("the best of {sources} sources: {mine} by {kind} against {rival}"),
            (_, better) => format!(
                "number {} of {sources} sources: {mine} by {kind} against {rival}",
                better + 1
            ),
        };
        let brought = percent(self.part_ppm);
        format!("For sentence {number} ({weight} of the answer) it was {place} → {brought}.")
    }
}

/// "29.5 %", never rounded up.
fn percent(ppm: u32) -> String {
    match (ppm / 10_000, ppm / 1_000 % 10) {
        (0, 0) if ppm > 0 => "less than 0.1 %".to_owned(),
        (whole, 0) => format!("{whole} %"),
        (whole, tenth) => format!("{whole}.{tenth} %"),
    }
}

/// "0.92", never rounded up.
fn part(ppm: u32) -> String {
    format!("{}.{:02}", ppm / 1_000_000, ppm % 1_000_000 / 10_000)
}
