namespace SelfSupervised.Evaluation.Neighbours;

/// <summary>Retrieval among the first k candidates, as means over the queries.</summary>
/// <param name="K">k, the number of candidates that are looked at.</param>
/// <param name="Recall">Recall@k as metric learning uses the word: the share of queries that have a relevant candidate among the first k.</param>
/// <param name="Precision">Precision@k: the relevant among the first k, divided by k.</param>
public readonly record struct RetrievalAt(int K, double Recall, double Precision);
