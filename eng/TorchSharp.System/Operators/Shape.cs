namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) =>
            Aten.Call("aten::as_strided", this, size, strides, storageOffset);
        public Tensor atleast_1d() => Aten.Call("aten::atleast_1d", this);
        public Tensor atleast_2d() => Aten.Call("aten::atleast_2d", this);
        public Tensor atleast_3d() => Aten.Call("aten::atleast_3d", this);
        public static Tensor block_diag(params Tensor[] tensors) => torch.block_diag(tensors);
        public Tensor broadcast_to(params long[] shape) => Aten.Call("aten::broadcast_to", this, shape);
        public Tensor channel_shuffle(long groups) => Aten.Call("aten::channel_shuffle", this, groups);
        public Tensor[] chunk(long chunks, long dim = 0) => Aten.CallList("aten::chunk", this, chunks, dim);
        public Tensor[] dsplit(long size) => Aten.CallList("aten::dsplit.int", this, size);
        public Tensor[] dsplit(params long[] sizes) => Aten.CallList("aten::dsplit.array", this, sizes);
        public Tensor[] dsplit((long, long) indices_or_sections) => dsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2 });
        public Tensor[] dsplit((long, long, long) indices_or_sections) =>
            dsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2, indices_or_sections.Item3 });
        public Tensor[] dsplit((long, long, long, long) indices_or_sections) =>
            dsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2, indices_or_sections.Item3, indices_or_sections.Item4 });
        public Tensor[] dsplit(Tensor indices) => tensor_split(indices, 2);
        public Tensor expand(params long[] sizes) => Aten.Call("aten::expand", this, sizes);
        public Tensor expand(long[] sizes, bool isImplicit = false) => Aten.Call("aten::expand", this, sizes, isImplicit);
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Aten.Call("aten::expand", this, sizes.ToArray(), isImplicit);
        public Tensor expand(Size sizes, bool isImplicit = false) => expand(sizes.Shape, isImplicit);
        public Tensor expand_as(Tensor other) => Aten.Call("aten::expand_as", this, other);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Aten.Call("aten::flatten.using_ints", this, start_dim, end_dim);
        public Tensor[] hsplit(long size) => Aten.CallList("aten::hsplit.int", this, size);
        public Tensor[] hsplit(params long[] sizes) => Aten.CallList("aten::hsplit.array", this, sizes);
        public Tensor[] hsplit(Tensor indices) => tensor_split(indices, 1);
        public Tensor moveaxis(long[] source, long[] destination) => Aten.Call("aten::moveaxis.intlist", this, source, destination);
        public Tensor movedim(long[] source, long[] destination) => Aten.Call("aten::movedim.intlist", this, source, destination);
        public Tensor permute(params long[] permutation) => Aten.Call("aten::permute", this, permutation);
        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());
        public Tensor ravel() => Aten.Call("aten::ravel", this);
        public Tensor repeat(params long[] sizes) => Aten.Call("aten::repeat", this, sizes);
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Aten.Call("aten::repeat_interleave.self_int", this, repeats, dim, output_size);
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            Aten.Call("aten::repeat_interleave.self_Tensor", this, repeats, dim, output_size);
        public Tensor reshape(params long[] shape) => Aten.Call("aten::reshape", this, shape);
        public Tensor[] split(long size, int dim = 0) => Aten.CallList("aten::split.Tensor", this, size, dim);
        public Tensor[] split(params long[] sizes) => Aten.CallList("aten::split_with_sizes", this, sizes);
        public Tensor[] split(long[] sizes, long dim = 0) => Aten.CallList("aten::split_with_sizes", this, sizes, dim);
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => Aten.CallList("aten::split_with_sizes", this, sizes.ToArray(), dim);
        public Tensor squeeze(long? dim = null) => dim is { } along ? Aten.Call("aten::squeeze.dim", this, along) : Aten.Call("aten::squeeze", this);
        public Tensor squeeze_(long? dim = null) => dim is { } along ? Do("aten::squeeze_.dim", this, along) : Do("aten::squeeze_", this);
        public Tensor swapaxes(long dim0, long dim1) => Aten.Call("aten::swapaxes", this, dim0, dim1);
        public Tensor swapdims(long dim0, long dim1) => Aten.Call("aten::swapdims", this, dim0, dim1);
        public Tensor t() => Aten.Call("aten::t", this);
        public Tensor[] tensor_split(long size, long dim = 0) => Aten.CallList("aten::tensor_split.sections", this, size, dim);
        public Tensor[] tensor_split(long[] sizes, long dim = 0) => Aten.CallList("aten::tensor_split.indices", this, sizes, dim);
        public Tensor[] tensor_split(Tensor indices, long dim = 0) =>
            Aten.CallList("aten::tensor_split.tensor_indices_or_sections", this, Int64Index(indices), dim);
        public Tensor tile(long[] reps) => Aten.Call("aten::tile", this, reps);
        public Tensor transpose(long dim0, long dim1) => Aten.Call("aten::transpose.int", this, dim0, dim1);
        public Tensor transpose_(long dim0, long dim1) => Do("aten::transpose_", this, dim0, dim1);
        public Tensor[] unbind(long dimension = 0) => Aten.CallList("aten::unbind.int", this, dimension);
        public Tensor unflatten(long dim, params long[] sizes) => dim >= 0 && dim < ndim
            ? Aten.Call("aten::unflatten.int", this, dim, sizes)
            : throw new ArgumentException($"Invalid 'dim' argument: {dim}.");
        public Tensor unflatten(long dim, Size sizes) => unflatten(dim, sizes.Shape);
        public Tensor unfold(long dimension, long size, long step) => Aten.Call("aten::unfold", this, dimension, size, step);
        public Tensor unsqueeze(long dim) => Aten.Call("aten::unsqueeze", this, dim);
        public Tensor unsqueeze_(long dim) => Do("aten::unsqueeze_", this, dim);
        public Tensor view(params long[] shape) => Aten.Call("aten::view", this, shape);
        public Tensor view_as(Tensor other) => view(other.shape);
        public Tensor[] vsplit(long size) => Aten.CallList("aten::vsplit.int", this, size);
        public Tensor[] vsplit(params long[] sizes) => Aten.CallList("aten::vsplit.array", this, sizes);
        public Tensor[] vsplit(Tensor indices) => tensor_split(indices, 0);
    }

    public static IEnumerable<Tensor> atleast_1d(params Tensor[] input) => input.Select(tensor => tensor.atleast_1d());
    public static IEnumerable<Tensor> atleast_2d(params Tensor[] input) => input.Select(tensor => tensor.atleast_2d());
    public static IEnumerable<Tensor> atleast_3d(params Tensor[] input) => input.Select(tensor => tensor.atleast_3d());
    public static Tensor block_diag(params Tensor[] tensors) => Aten.Call("aten::block_diag", tensors);
    public static Size broadcast_shapes(params long[][] shapes)
    {
        var result = Array.Empty<long>();
        foreach (var shape in shapes)
        {
            if (shape.Length > result.Length)
                result = [.. Enumerable.Repeat(1L, shape.Length - result.Length), .. result];
            for (var (from, to) = (shape.Length - 1, result.Length - 1); from >= 0; from--, to--)
            {
                if (shape[from] == 1 || shape[from] == result[to]) continue;
                if (result[to] != 1)
                    throw new ArgumentException("Shape mismatch: objects cannot be broadcast to a single shape");
                result[to] = shape[from];
            }
        }
        return result;
    }
    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) => Aten.CallList("aten::broadcast_tensors", tensors);
    public static Tensor broadcast_to(Tensor input, params long[] shape) => input.broadcast_to(shape);
    public static Tensor cartesian_prod(IList<Tensor> tensors) => Aten.Call("aten::cartesian_prod", tensors.ToArray());
    public static Tensor cartesian_prod(ReadOnlySpan<Tensor> tensors) => Aten.Call("aten::cartesian_prod", tensors.ToArray());
    public static Tensor cartesian_prod(params Tensor[] tensors) => Aten.Call("aten::cartesian_prod", tensors);
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Joined(tensors.ToArray(), dim);
    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Joined(tensors.ToArray(), dim);
    public static Tensor cat(Tensor[] tensors, long dim = 0) => Joined(tensors, dim);
    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) => input.chunk(chunks, dim);
    public static Tensor column_stack(IList<Tensor> tensors) => Aten.Call("aten::column_stack", tensors.ToArray());
    public static Tensor column_stack(ReadOnlySpan<Tensor> tensors) => Aten.Call("aten::column_stack", tensors.ToArray());
    public static Tensor column_stack(params Tensor[] tensors) => Aten.Call("aten::column_stack", tensors);
    public static Tensor combinations(Tensor input, int r = 2, bool with_replacement = false) =>
        Aten.Call("aten::combinations", input, r, with_replacement);
    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => Joined(tensors.ToArray(), dim);
    public static Tensor concat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Joined(tensors.ToArray(), dim);
    public static Tensor concat(Tensor[] tensors, long dim = 0) => Joined(tensors, dim);
    public static Tensor concatenate(IList<Tensor> tensors, long axis = 0) => Joined(tensors.ToArray(), axis);
    public static Tensor concatenate(ReadOnlySpan<Tensor> tensors, long axis = 0) => Joined(tensors.ToArray(), axis);
    public static Tensor concatenate(Tensor[] tensors, long axis = 0) => Joined(tensors, axis);
    public static Tensor[] dsplit(Tensor input, long size) => input.dsplit(size);
    public static Tensor[] dsplit(Tensor input, long[] indices_or_sections) => input.dsplit(indices_or_sections);
    public static Tensor[] dsplit(Tensor input, (long, long) indices_or_sections) => input.dsplit(indices_or_sections);
    public static Tensor[] dsplit(Tensor input, (long, long, long) indices_or_sections) => input.dsplit(indices_or_sections);
    public static Tensor[] dsplit(Tensor input, (long, long, long, long) indices_or_sections) => input.dsplit(indices_or_sections);
    public static Tensor[] dsplit(Tensor input, Tensor indices_or_sections) => input.dsplit(indices_or_sections);
    public static Tensor dstack(IEnumerable<Tensor> tensors) => Aten.Call("aten::dstack", tensors.ToArray());
    public static Tensor dstack(IList<Tensor> tensors) => Aten.Call("aten::dstack", tensors.ToArray());
    public static Tensor dstack(ReadOnlySpan<Tensor> tensors) => Aten.Call("aten::dstack", tensors.ToArray());
    public static Tensor dstack(params Tensor[] tensors) => Aten.Call("aten::dstack", tensors);
    public static Tensor flatten(Tensor input, long start_dim = 0, long end_dim = -1) => input.flatten(start_dim, end_dim);
    public static Tensor[] hsplit(Tensor input, long indices_or_sections) => input.hsplit(indices_or_sections);
    public static Tensor[] hsplit(Tensor input, long[] indices_or_sections) => input.hsplit(indices_or_sections);
    public static Tensor[] hsplit(Tensor input, (long, long) indices_or_sections) =>
        input.hsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2 });
    public static Tensor[] hsplit(Tensor input, (long, long, long) indices_or_sections) =>
        input.hsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2, indices_or_sections.Item3 });
    public static Tensor[] hsplit(Tensor input, (long, long, long, long) indices_or_sections) =>
        input.hsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2, indices_or_sections.Item3, indices_or_sections.Item4 });
    public static Tensor[] hsplit(Tensor input, Tensor indices_or_sections) => input.hsplit(indices_or_sections);
    public static Tensor hstack(IEnumerable<Tensor> tensors) => Aten.Call("aten::hstack", tensors.ToArray());
    public static Tensor hstack(IList<Tensor> tensors) => Aten.Call("aten::hstack", tensors.ToArray());
    public static Tensor hstack(ReadOnlySpan<Tensor> tensors) => Aten.Call("aten::hstack", tensors.ToArray());
    public static Tensor hstack(params Tensor[] tensors) => Aten.Call("aten::hstack", tensors);
    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij") =>
        Aten.CallList("aten::meshgrid.indexing", tensors.ToArray(), indexing);
    public static Tensor moveaxis(Tensor input, long source, long destination) => input.moveaxis(new[] { source }, new[] { destination });
    public static Tensor moveaxis(Tensor input, long[] source, long[] destination) => input.moveaxis(source, destination);
    public static Tensor moveaxis(Tensor input, (long, long) source, (long, long) destination) =>
        input.moveaxis(new[] { source.Item1, source.Item2 }, new[] { destination.Item1, destination.Item2 });
    public static Tensor moveaxis(Tensor input, (long, long, long) source, (long, long, long) destination) =>
        input.moveaxis(new[] { source.Item1, source.Item2, source.Item3 }, new[] { destination.Item1, destination.Item2, destination.Item3 });
    public static Tensor moveaxis(Tensor input, (long, long, long, long) source, (long, long, long, long) destination) =>
        input.moveaxis(new[] { source.Item1, source.Item2, source.Item3, source.Item4 }, new[] { destination.Item1, destination.Item2, destination.Item3, destination.Item4 });
    public static Tensor movedim(Tensor input, long source, long destination) => input.movedim(new[] { source }, new[] { destination });
    public static Tensor movedim(Tensor input, long[] source, long[] destination) => input.movedim(source, destination);
    public static Tensor permute(Tensor input, params long[] permutation) => input.permute(permutation);
    public static Tensor ravel(Tensor input) => input.ravel();
    public static Tensor repeat_interleave(Tensor input, long repeats, long? dim = null, long? output_size = null) =>
        input.repeat_interleave(repeats, dim, output_size);
    public static Tensor repeat_interleave(Tensor input, Tensor repeats, long? dim = null, long? output_size = null) =>
        input.repeat_interleave(repeats, dim, output_size);
    public static Tensor reshape(Tensor input, params long[] shape) => input.reshape(shape);
    public static Tensor row_stack(IList<Tensor> tensors) => Aten.Call("aten::row_stack", tensors.ToArray());
    public static Tensor row_stack(ReadOnlySpan<Tensor> tensors) => Aten.Call("aten::row_stack", tensors.ToArray());
    public static Tensor row_stack(params Tensor[] tensors) => Aten.Call("aten::row_stack", tensors);
    public static Tensor[] split(Tensor tensor, long[] split_size_or_sections, long dim = 0) => tensor.split(split_size_or_sections, dim);
    public static Tensor squeeze(Tensor input, long? dim = null) => input.squeeze(dim);
    public static Tensor squeeze_(Tensor input, long? dim = null) => input.squeeze_(dim);
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Aten.Call("aten::stack", tensors.ToArray(), dim);
    public static Tensor swapaxes(Tensor input, long axis0, long axis1) => input.swapaxes(axis0, axis1);
    public static Tensor swapdims(Tensor input, long dim0, long dim1) => input.swapdims(dim0, dim1);
    public static Tensor t(Tensor input) => input.t();
    public static Tensor[] tensor_split(Tensor input, long indices_or_sections, long dim = 0) => input.tensor_split(indices_or_sections, dim);
    public static Tensor[] tensor_split(Tensor input, long[] indices_or_sections, long dim = 0) => input.tensor_split(indices_or_sections, dim);
    public static Tensor[] tensor_split(Tensor input, Tensor indices_or_sections, long dim = 0) => input.tensor_split(indices_or_sections, dim);
    public static Tensor tile(Tensor input, long[] dims) => input.tile(dims);
    public static Tensor transpose(Tensor input, long dim0, long dim1) => input.transpose(dim0, dim1);
    public static Tensor[] unbind(Tensor input, long dim = 0) => input.unbind(dim);
    public static Tensor[] unbind(Tensor tensor, int dim = 0) => tensor.unbind(dim);
    public static Tensor unflatten(Tensor input, long dim, params long[] sizes) => input.unflatten(dim, sizes);
    public static Tensor unflatten(Tensor input, long dim, Size sizes) => input.unflatten(dim, sizes);
    public static Tensor unsqueeze(Tensor input, long dim) => input.unsqueeze(dim);
    public static Tensor unsqueeze_(Tensor input, long dim) => input.unsqueeze_(dim);
    public static Tensor[] vsplit(Tensor input, long[] indices_or_sections) => input.vsplit(indices_or_sections);
    public static Tensor vstack(IList<Tensor> tensors) => Aten.Call("aten::vstack", tensors.ToArray());
    public static Tensor vstack(ReadOnlySpan<Tensor> tensors) => Aten.Call("aten::vstack", tensors.ToArray());
    public static Tensor vstack(Tensor[] tensors) => Aten.Call("aten::vstack", tensors);

    private static Tensor Joined(Tensor[] tensors, long dim) => tensors switch
    {
        [] => throw new ArgumentException("At least one tensor is needed.", nameof(tensors)),
        [var only] => only.alias(),
        _ => Aten.Call("aten::cat", tensors, dim),
    };
}
