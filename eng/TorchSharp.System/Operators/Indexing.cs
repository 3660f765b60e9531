namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor argwhere() => Aten.Call("aten::argwhere", this);
        public Tensor diag(long diagonal = 0) => Aten.Call("aten::diag", this, diagonal);
        public Tensor diag_embed(long offset = 0, long dim1 = -2, long dim2 = -1) => Aten.Call("aten::diag_embed", this, offset, dim1, dim2);
        public Tensor diagflat(long offset = 0) => Aten.Call("aten::diagflat", this, offset);
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Aten.Call("aten::diagonal", this, offset, dim1, dim2);
        public Tensor diagonal_scatter(Tensor src, long offset = 0, long dim1 = 0, long dim2 = 1) =>
            Aten.Call("aten::diagonal_scatter", this, src, offset, dim1, dim2);
        public Tensor flip(params long[] dims) => Aten.Call("aten::flip", this, dims);
        public Tensor fliplr() => Aten.Call("aten::fliplr", this);
        public Tensor flipud() => Aten.Call("aten::flipud", this);
        public Tensor gather(long dim, Tensor index) => Aten.Call("aten::gather", this, dim, index);
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Aten.Call("aten::index_add", this, dim, Int64Index(index), source, alpha);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Do("aten::index_add_", this, dim, Int64Index(index), source, alpha);
        public Tensor index_copy(long dim, Tensor index, Tensor source) => Aten.Call("aten::index_copy", this, dim, Int64Index(index), source);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Do("aten::index_copy_", this, dim, Int64Index(index), source);
        public Tensor index_fill(long dim, Tensor index, Scalar value) =>
            Aten.Call("aten::index_fill.int_Scalar", this, dim, Int64Index(index), value);
        public Tensor index_fill_(long dim, Tensor index, Scalar value) => Do("aten::index_fill_.int_Scalar", this, dim, Int64Index(index), value);
        public Tensor index_select(long dim, Tensor index) => Aten.Call("aten::index_select", this, dim, index);
        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.Call("aten::masked_fill.Scalar", this, mask, value);
        public Tensor masked_fill_(Tensor mask, Scalar value) => Do("aten::masked_fill_.Scalar", this, mask, value);
        public Tensor masked_scatter(Tensor mask, Tensor value) => Aten.Call("aten::masked_scatter", this, mask, value);
        public Tensor masked_scatter_(Tensor mask, Tensor value) => Do("aten::masked_scatter_", this, mask, value);
        public Tensor masked_select(Tensor mask) => Aten.Call("aten::masked_select", this, Boolean(mask, nameof(mask)));
        public Tensor narrow(long dim, long start, long length) => Aten.Call("aten::narrow", this, dim, start, length);
        public Tensor nonzero() => Aten.Call("aten::nonzero", this);
        public IList<Tensor> nonzero_as_list() => nonzero().chunk(ndim, 1);
        public Tensor roll(long shifts, long? dims = null) =>
            Aten.Call("aten::roll", this, shifts, dims is { } along ? new[] { along } : Array.Empty<long>());
        public Tensor roll(long[] shifts) => Aten.Call("aten::roll", this, shifts, new long[] { 0 });
        public Tensor roll(long[] shifts, long[] dims) => Aten.Call("aten::roll", this, shifts, dims);
        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) =>
            Aten.Call("aten::roll", this, shifts.ToArray(), dims.ToArray());
        public Tensor roll((long, long) shifts, (long, long) dims) =>
            Aten.Call("aten::roll", this, new[] { shifts.Item1, shifts.Item2 }, new[] { dims.Item1, dims.Item2 });
        public Tensor roll((long, long, long) shifts, (long, long, long) dims) =>
            Aten.Call("aten::roll", this, new[] { shifts.Item1, shifts.Item2, shifts.Item3 }, new[] { dims.Item1, dims.Item2, dims.Item3 });
        public Tensor rot90(long k = 1, (long, long)? dims = null) =>
            Aten.Call("aten::rot90", this, k, dims is (var first, var second) ? new[] { first, second } : new long[] { 0, 1 });
        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.Call("aten::scatter.src", this, dim, index, src);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Do("aten::scatter_.src", this, dim, index, src);
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Aten.Call("aten::scatter_add", this, dim, index, src);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Do("aten::scatter_add_", this, dim, index, src);
        public Tensor select(long dim, long index) => Aten.Call("aten::select.int", this, dim, index);
        public Tensor select_scatter(Tensor src, long dim, long index) => Aten.Call("aten::select_scatter", this, src, dim, index);
        public Tensor slice(long dim, long start, long finish, long step) => step >= 1
            ? Aten.Call("aten::slice.Tensor", this, dim, start, finish, step)
            : throw new ArgumentException($"step is {step}, but it should always be positive.");
        public Tensor slice_scatter(Tensor src, long dim = 0, long? start = null, long? end = null, long step = 1) =>
            Aten.Call("aten::slice_scatter", this, src, dim, start, end, step);
        public Tensor take(Tensor index) => Aten.Call("aten::take", this, index);
        public Tensor take_along_dim(IEnumerable<long> indices) => take_along_dim(torch.tensor(indices.ToArray()));
        public Tensor take_along_dim(IEnumerable<long> indices, long dim) => take_along_dim(torch.tensor(indices.ToArray()), dim);
        public Tensor take_along_dim(Tensor indices) => Aten.Call("aten::take_along_dim", this, indices);
        public Tensor take_along_dim(Tensor indices, long dim) => Aten.Call("aten::take_along_dim", this, indices, dim);
        public Tensor tril(long diagonal = 0) => Aten.Call("aten::tril", this, diagonal);
        public Tensor tril_(long diagonal = 0) => DoAnew("aten::tril_", this, diagonal);
        public Tensor triu(long diagonal = 0) => Aten.Call("aten::triu", this, diagonal);
        public Tensor triu_(long diagonal = 0) => DoAnew("aten::triu_", this, diagonal);
        public Tensor where(Tensor condition, Tensor y) => Aten.Call("aten::where.self", Boolean(condition, nameof(condition)), this, y);

        internal static Tensor Boolean(Tensor mask, string argument) => mask.dtype == ScalarType.Bool
            ? mask
            : throw new ArgumentException("The tensor must be Boolean.", argument);

        private static Tensor Int64Index(Tensor index) => index.dtype == ScalarType.Int64
            ? index
            : throw new ArgumentException("Element type of 'index' must be 'Int64'");
    }

    public static Tensor argwhere(Tensor input) => input.argwhere();
    public static Tensor diag(Tensor input, long diagonal = 0) => input.diag(diagonal);
    public static Tensor diag_embed(Tensor input, long offset = 0, long dim1 = -2, long dim2 = -1) => input.diag_embed(offset, dim1, dim2);
    public static Tensor diagflat(Tensor input, long offset = 0) => input.diagflat(offset);
    public static Tensor diagonal(Tensor input, long offset = 0, long dim1 = 0, long dim2 = 1) => input.diagonal(offset, dim1, dim2);
    public static Tensor diagonal_scatter(Tensor input, Tensor src, long offset = 0, long dim1 = 0, long dim2 = 1) =>
        input.diagonal_scatter(src, offset, dim1, dim2);
    public static Tensor flip(Tensor input, params long[] dims) => input.flip(dims);
    public static Tensor fliplr(Tensor input) => input.fliplr();
    public static Tensor flipud(Tensor input) => input.flipud();
    public static Tensor gather(Tensor input, long dim, Tensor index) => input.gather(dim, index);
    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad = false) =>
        Aten.Call("aten::gather", input, dim, index, sparse_grad);
    public static Tensor index_add(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) =>
        input.index_add(dim, index, source, alpha);
    public static Tensor index_add_(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) =>
        input.index_add_(dim, index, source, alpha);
    public static Tensor index_copy(Tensor input, long dim, Tensor index, Tensor source) => input.index_copy(dim, index, source);
    public static Tensor index_copy_(Tensor input, long dim, Tensor index, Tensor source) => input.index_copy_(dim, index, source);
    public static Tensor index_fill(Tensor input, long dim, Tensor index, Scalar value) => input.index_fill(dim, index, value);
    public static Tensor index_fill_(Tensor input, long dim, Tensor index, Scalar value) => input.index_fill_(dim, index, value);
    public static Tensor index_select(Tensor input, long dim, Tensor index) => input.index_select(dim, index);
    public static Tensor masked_select(Tensor input, Tensor mask) => input.masked_select(mask);
    public static Tensor narrow(Tensor input, long dim, long start, long length) => input.narrow(dim, start, length);
    public static Tensor nonzero(Tensor input) => input.nonzero();
    public static Tensor roll(Tensor input, long shifts, long? dims = null) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, long[] shifts) => input.roll(shifts);
    public static Tensor roll(Tensor input, long[] shifts, long[] dims) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, (long, long) shifts, (long, long) dims) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, (long, long, long) shifts, (long, long, long) dims) => input.roll(shifts, dims);
    public static Tensor rot90(Tensor input, long k = 1, (long, long)? dims = null) => input.rot90(k, dims);
    public static Tensor scatter(Tensor input, long dim, Tensor index, Tensor src) => input.scatter(dim, index, src);
    public static Tensor scatter_(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_(dim, index, src);
    public static Tensor scatter_add(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_add(dim, index, src);
    public static Tensor scatter_add_(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_add_(dim, index, src);
    public static Tensor select(Tensor input, long dim, long index) => input.select(dim, index);
    public static Tensor select_scatter(Tensor input, Tensor src, long dim, long index) => input.select_scatter(src, dim, index);
    public static Tensor slice_scatter(Tensor input, Tensor src, long dim = 0, long? start = null, long? end = null, long step = 1) =>
        input.slice_scatter(src, dim, start, end, step);
    public static Tensor take(Tensor input, Tensor index) => input.take(index);
    public static Tensor take_along_dim(Tensor input, IEnumerable<long> indices, long dim = 0) => input.take_along_dim(indices, dim);
    public static Tensor take_along_dim(Tensor input, Tensor indices, long dim = 0) => input.take_along_dim(indices, dim);
    public static Tensor tril(Tensor input, long diagonal = 0) => input.tril(diagonal);
    public static Tensor tril_(Tensor input, long diagonal = 0) => input.tril_(diagonal);
    public static Tensor tril_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) => is_integral(dtype)
        ? Aten.Call("aten::tril_indices", row, col, offset, dtype, Arg.None, device ?? CPU)
        : throw new ArgumentException("dtype must be integral.");
    public static Tensor triu(Tensor input, long diagonal = 0) => input.triu(diagonal);
    public static Tensor triu_(Tensor input, long diagonal = 0) => input.triu_(diagonal);
    public static Tensor triu_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) => is_integral(dtype)
        ? Aten.Call("aten::triu_indices", row, col, offset, dtype, Arg.None, device ?? CPU)
        : throw new ArgumentException("dtype must be integral.");
    public static Tensor[] where(Tensor condition) => Aten.CallList("aten::where", Tensor.Boolean(condition, nameof(condition)));
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => x.where(condition, y);
}
