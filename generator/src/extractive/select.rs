//! Which of the ranked sentences make the answer? The best first, then those that add something,
//! until more would be padding.

use super::candidates::Candidate;

/// When to stop, and what counts as saying the same again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelectionSettings {
    /// λ of maximal marginal relevance: the rest goes to being different from what is chosen.
    pub relevance_share: f64,
    /// Likeness to a chosen sentence from which nothing is added by repeating it.
    pub same_again: f64,
    /// A sentence less likely than this part of the best is padding.
    pub fraction_of_best: f64,
    /// Stop when the chosen sentences hold the answer with this chance, given that one does.
    pub enough: f64,
    /// How much likelier a list item, table row or code block must be than the best prose (log-odds).
    pub block_margin: f64,
    /// The most items that a lead brings.
    pub items_most: usize,
    /// Whether the best sentence opens the answer, unless it points back at another, so that
    /// whoever reads one sentence reads the answer; else its document keeps its order throughout.
    pub lead_with_best: bool,
}

/// A candidate with its chance among all candidates.
#[derive(Debug, Clone)]
pub(super) struct Ranked<'a> {
    pub(super) candidate: Candidate<'a>,
    /// Log-odds, before normalisation.
    pub(super) score: f64,
    /// Softmax of the scores: the chance that it is the one, given that one is.
    pub(super) chance: f64,
}

/// Best first; ties by passage rank, then by place in the corpus.
pub(super) fn rank<'a>(
    candidates: Vec<Candidate<'a>>,
    score: impl Fn(&Candidate) -> f64,
    settings: &SelectionSettings,
) -> Vec<Ranked<'a>> {
    let mut list: Vec<Ranked> = candidates
        .into_iter()
        .map(|candidate| Ranked { score: score(&candidate), candidate, chance: 0.0 })
        .collect();
    drop_unclear_blocks(&mut list, settings.block_margin);
    list.sort_by(|a, b| {
        let place = |one: &Ranked| (one.candidate.rank, one.candidate.reference());
        b.score.total_cmp(&a.score).then_with(|| place(a).cmp(&place(b)))
    });
    let best = list.first().map_or(0.0, |first| first.score);
    let total: f64 = list.iter().map(|one| (one.score - best).exp()).sum();
    for one in &mut list {
        one.chance = (one.score - best).exp() / total;
    }
    list
}

/// Items, rows and code stay only when clearly better than all prose.
fn drop_unclear_blocks(list: &mut Vec<Ranked>, margin: f64) {
    let prose = list.iter().filter(|one| !one.candidate.is_block()).map(|one| one.score);
    let Some(best) = prose.max_by(f64::total_cmp) else {
        return;
    };
    list.retain(|one| !one.candidate.is_block() || one.score >= best + margin);
}

/// Positions in `ranked` of the chosen sentences, in the order of choice.
pub(super) fn select(ranked: &[Ranked], most: usize, settings: &SelectionSettings) -> Vec<usize> {
    let Some(best) = ranked.first() else {
        return Vec::new();
    };
    let mut chosen = vec![0];
    let mut held = best.chance;
    while chosen.len() < most && held < settings.enough {
        let Some(next) = next_to_add(ranked, &chosen, settings) else {
            break;
        };
        held += ranked[next].chance;
        chosen.push(next);
    }
    chosen
}

fn next_to_add(ranked: &[Ranked], chosen: &[usize], settings: &SelectionSettings) -> Option<usize> {
    let best = ranked[0].chance;
    let gain = |at: usize| {
        let relevance = ranked[at].chance / best;
        let likeness = likeness_to_any(ranked, at, chosen);
        let share = settings.relevance_share;
        let new = relevance >= settings.fraction_of_best && likeness < settings.same_again;
        new.then_some(share * relevance - (1.0 - share) * likeness)
    };
    let may_add = |at: &usize| !chosen.contains(at) && !ranked[*at].candidate.beside;
    let open = (0..ranked.len()).filter(|at| may_add(at) && !is_brought(ranked, *at, chosen));
    let gains = open.filter_map(|at| gain(at).map(|gain| (at, gain)));
    // On equal gain the better ranked, which comes first.
    gains.reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(at, _)| at)
}

/// Whether a chosen lead quotes it already.
fn is_brought(ranked: &[Ranked], at: usize, chosen: &[usize]) -> bool {
    let reference = ranked[at].candidate.reference();
    let mut leads = chosen.iter().map(|lead| &ranked[*lead].candidate);
    leads.any(|lead| lead.items.iter().any(|item| item.reference == reference))
}

fn likeness_to_any(ranked: &[Ranked], at: usize, chosen: &[usize]) -> f64 {
    let one = &ranked[at].candidate;
    let others = chosen.iter().map(|other| &ranked[*other].candidate);
    others.map(|other| likeness(one, other)).fold(0.0, f64::max)
}

/// The greater of wording (Jaccard of units) and meaning (cosine over .5, where vectors are).
fn likeness(a: &Candidate, b: &Candidate) -> f64 {
    let wording = a.units.jaccard(&b.units);
    let meaning = match (&a.sentence.vector, &b.sentence.vector) {
        (Some(a), Some(b)) => f64::from(footnote_domain::embed::cosine_quantised(a, b)),
        _ => 0.0,
    };
    // Sentences of one subject are about .5 alike in meaning without repeating one another.
    wording.max(2.0 * meaning - 1.0)
}
