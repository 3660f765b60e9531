using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public sealed class CosineSimilarity : ParameterLessModule<Tensor, Tensor, Tensor>
    {
        internal CosineSimilarity(long dim, double eps) : base(nameof(CosineSimilarity)) => (this.dim, this.eps) = (dim, eps);

        public long dim { get; set; }
        public double eps { get; set; }

        public override Tensor forward(Tensor input1, Tensor input2) => nn.functional.cosine_similarity(input1, input2, dim, eps);
    }

    public sealed class PairwiseDistance : ParameterLessModule<Tensor, Tensor, Tensor>
    {
        internal PairwiseDistance(double p, double eps, bool keepdim) : base(nameof(PairwiseDistance)) => (norm, this.eps, this.keepdim) = (p, eps, keepdim);

        public double norm { get; set; }
        public double eps { get; set; }
        public bool keepdim { get; set; }

        public override Tensor forward(Tensor input1, Tensor input2) => nn.functional.pairwise_distance(input1, input2, norm, eps, keepdim);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.CosineSimilarity CosineSimilarity(long dim = 1, double eps = 1e-8) => new(dim, eps);
            public static Modules.PairwiseDistance PairwiseDistance(double p = 2.0, double eps = 1e-6, bool keepdim = false) => new(p, eps, keepdim);
        }
    }
}
