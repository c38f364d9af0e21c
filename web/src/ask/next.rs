//! What might the reader ask next?

use super::Question;
use super::sources::Sources;
use footnote_domain::id::DatanetId;
use footnote_retriever::Generation;
use std::collections::BTreeSet;

/// Most questions offered.
const QUESTIONS_MOST: usize = 3;

/// Questions that the Datanets that were read say they answer, other than this one.
pub(super) fn next_questions(
    generation: &Generation,
    sources: &Sources,
    asked: &Question,
) -> Vec<String> {
    let documents = generation.documents();
    let read: BTreeSet<DatanetId> =
        sources.hits.iter().map(|(_, hit)| documents[hit.document as usize].datanet).collect();
    let datanets = generation.datanets().iter().filter(|datanet| read.contains(&datanet.id));
    let questions = datanets.flat_map(|datanet| &datanet.profile.questions);
    let others = questions.filter(|question| *question != asked.text());
    others.take(QUESTIONS_MOST).cloned().collect()
}
