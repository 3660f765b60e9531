namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor argsort(long dim = -1, bool descending = false) => Aten.Call("aten::argsort", this, dim, descending);
        public Tensor bincount(Tensor? weights, long minlength = 0) => Aten.Call("aten::bincount", this, weights, minlength);
        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) =>
            Aten.Call("aten::bucketize.Tensor", this, boundaries, outInt32, right);
        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Aten.Call("aten::histc", this, bins, min, max);
        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false) =>
            Aten.Call2("aten::kthvalue", this, k, dim ?? -1, keepdim);
        public static (Tensor values, Tensor indices) kthvalue(Tensor input, long k, long? dim, bool keepdim = false) =>
            input.kthvalue(k, dim, keepdim);
        public Tensor msort() => Aten.Call("aten::msort", this);
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Aten.Call2("aten::sort.stable", this, stable, dim, descending);
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Aten.Call2("aten::topk", this, k, dim, largest, sorted);
        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null) => Requested(dim is { } along
            ? Aten.Call3("aten::unique_dim", this, along, sorted, return_inverse, return_counts)
            : Aten.Call3("aten::_unique2", this, sorted, return_inverse, return_counts), return_inverse, return_counts);
        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique_consecutive(bool return_inverse = false, bool return_counts = false, int? dim = null) =>
            Requested(Aten.Call3("aten::unique_consecutive", this, return_inverse, return_counts, dim), return_inverse, return_counts);

        private static (Tensor, Tensor?, Tensor?) Requested((Tensor output, Tensor inverse, Tensor counts) found, bool inverse, bool counts)
        {
            if (!inverse) found.inverse.Dispose();
            if (!counts) found.counts.Dispose();
            return (found.output, inverse ? found.inverse : null, counts ? found.counts : null);
        }
    }

    public static Tensor argsort(Tensor input, long dim = -1, bool descending = false) => input.argsort(dim, descending);
    public static Tensor bincount(Tensor input, Tensor? weights = null, long minlength = 0) => input.bincount(weights, minlength);
    public static Tensor bucketize(Tensor input, Tensor boundaries, bool outInt32 = false, bool right = false) =>
        input.bucketize(boundaries, outInt32, right);
    public static Tensor histc(Tensor input, long bins = 100, long min = 0, long max = 0) => input.histc(bins, min, max);
    public static (Tensor hist, Tensor bin_edges) histogram(Tensor input, long bins, (double min, double max)? range = null, Tensor? weight = null, bool density = false) =>
        Aten.Call2("aten::histogram.bin_ct", input, bins, range is (var min, var max) ? new[] { min, max } : null, weight, density);
    public static (Tensor hist, Tensor bin_edges) histogram(Tensor input, Tensor bins, Tensor? weight = null, bool density = false) =>
        Aten.Call2("aten::histogram.bins_tensor", input, bins, weight, density);
    public static (Tensor values, Tensor indices) kthvalue(Tensor input, long k, long? dim, bool keepdim = false) =>
        input.kthvalue(k, dim, keepdim);
    public static Tensor msort(Tensor tensor) => tensor.msort();
    public static Tensor searchsorted(Tensor sorted_sequence, Scalar values, bool out_int32, bool right, Tensor? sorter) =>
        Aten.Call("aten::searchsorted.Scalar", sorted_sequence, values, out_int32, right, Arg.None, sorter);
    public static Tensor searchsorted(Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor? sorter = null) =>
        Aten.Call("aten::searchsorted.Tensor", sorted_sequence, values, out_int32, right, Arg.None, sorter);
    public static (Tensor values, Tensor indices) sort(Tensor input, long dim = -1, bool descending = false, bool stable = false) =>
        input.sort(dim, descending, stable);
    public static (Tensor values, Tensor indices) topk(Tensor tensor, int k, int dim = -1, bool largest = true, bool sorted = true) =>
        tensor.topk(k, dim, largest, sorted);
    public static (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(Tensor input, bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null) =>
        input.unique(sorted, return_inverse, return_counts, dim);
    public static (Tensor output, Tensor? inverse_indices, Tensor? counts) unique_consecutive(Tensor input, bool return_inverse = false, bool return_counts = false, int? dim = null) =>
        input.unique_consecutive(return_inverse, return_counts, dim);
}
