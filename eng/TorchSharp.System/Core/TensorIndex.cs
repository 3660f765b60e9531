namespace TorchSharp;

public static partial class torch
{
    /// <summary>One entry of an index expression.</summary>
    public struct TensorIndex
    {
        internal enum Kind { Single, NewAxis, Ellipsis, Bool, Tensor, Slice }

        internal Kind Which;
        internal long Value;
        internal long? Start, Stop, Step;
        internal Tensor? Indices;

        public static TensorIndex Ellipsis = new() { Which = Kind.Ellipsis };
        public static TensorIndex None = new() { Which = Kind.NewAxis };
        public static TensorIndex Null = new() { Which = Kind.NewAxis };
        public static TensorIndex Colon = Slice();

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null)
            => new() { Which = Kind.Slice, Start = start, Stop = stop, Step = step };

        public static TensorIndex Slice((int? start, int? end) range) => Slice((long?)range.start, range.end);

        public static TensorIndex Slice(Range range) => Slice(FromEnd(range.Start), range.End is { IsFromEnd: true, Value: 0 } ? null : FromEnd(range.End));

        public static TensorIndex Bool(bool value) => new() { Which = Kind.Bool, Value = value ? 1 : 0 };

        public static TensorIndex Single(long? index) => new() { Which = Kind.Single, Value = index.GetValueOrDefault() };

        public static TensorIndex Tensor(Tensor tensor) => new() { Which = Kind.Tensor, Indices = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);
        public static implicit operator TensorIndex(Index index) => Single(FromEnd(index));
        public static implicit operator TensorIndex(Range range) => Slice(range);
        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);
        public static implicit operator Tensor(TensorIndex value) => throw new InvalidOperationException("Should not be called.");

        private static long FromEnd(Index index) => index.IsFromEnd ? -index.Value : index.Value;
    }

    public partial class Tensor
    {
        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => At(indices);
            set => SetAt(value, indices);
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => At(i1);
            set => SetAt(value, i1);
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => At(i1, i2);
            set => SetAt(value, i1, i2);
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => At(i1, i2, i3);
            set => SetAt(value, i1, i2, i3);
        }

        [System.Runtime.CompilerServices.IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => At(i1, i2, i3, i4);
            set => SetAt(value, i1, i2, i3, i4);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            using var scope = NewDisposeScope();
            var (view, tensors) = ApplyBasic(indices);
            if (tensors.Count > 0) view = Aten.Call("aten::index.Tensor", view, tensors.ToArray());
            return ReferenceEquals(view, this) ? alias().MoveToOuterDisposeScope() : view.MoveToOuterDisposeScope();
        }

        public Tensor index(params Tensor[] indices) => Aten.Call("aten::index.Tensor", this, indices);

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => Put(value, indices, false);
        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false) => Put(value, indices, accumulate);
        public Tensor index_put_(Tensor value, params Tensor[] indices) => Put(value, indices, false);
        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) => Put(value, indices, accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var filled = Filled(value);
            return Put(filled, indices, false);
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using var filled = Filled(value);
            return Put(filled, indices, false);
        }

        private Tensor Filled(Scalar value) => Aten.Call("aten::full", Array.Empty<long>(), value, dtype, Arg.None, device);

        private Tensor Put(Tensor value, Tensor[] indices, bool accumulate)
        {
            Aten.Do("aten::index_put_", this, indices, value, accumulate);
            return this;
        }

        private Tensor Put(Tensor value, TensorIndex[] indices, bool accumulate)
        {
            using var scope = NewDisposeScope();
            var (view, tensors) = ApplyBasic(indices);
            if (tensors.Count > 0) Aten.Do("aten::index_put_", view, tensors.ToArray(), value, accumulate);
            else if (accumulate) Aten.Do("aten::add_.Tensor", view, value);
            else Aten.Do("aten::copy_", view, value);
            return this;
        }

        private Tensor At(params ReadOnlySpan<long> indices)
        {
            using var scope = NewDisposeScope();
            var view = this;
            foreach (var index in indices) view = Aten.Call("aten::select.int", view, 0L, index);
            return view.MoveToOuterDisposeScope();
        }

        private void SetAt(Tensor value, params ReadOnlySpan<long> indices)
        {
            using var target = At(indices);
            Aten.Do("aten::copy_", target, value);
        }

        // What selects, slices and adds dimensions becomes a view; what indexes by tensors is left, at the view's dimensions.
        private (Tensor View, List<Tensor?> Tensors) ApplyBasic(TensorIndex[] indices)
        {
            var view = this;
            var tensors = new List<Tensor?>();
            var used = indices.Sum(Consumes);
            long place = 0;
            foreach (var index in indices)
            {
                switch (index.Which)
                {
                    case TensorIndex.Kind.Single:
                        view = Aten.Call("aten::select.int", view, place, index.Value);
                        break;
                    case TensorIndex.Kind.Slice:
                        view = Aten.Call("aten::slice.Tensor", view, place++, index.Start, index.Stop, index.Step ?? 1);
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        place += Dimensions - used;
                        break;
                    case TensorIndex.Kind.NewAxis:
                        view = Aten.Call("aten::unsqueeze", view, place++);
                        break;
                    case TensorIndex.Kind.Bool:
                        view = Aten.Call("aten::unsqueeze", view, place);
                        IndexBy(Aten.Call("aten::full", new long[] { 1 }, index.Value, ScalarType.Bool, Arg.None, device));
                        break;
                    case TensorIndex.Kind.Tensor when index.Indices is { Dimensions: 0 } number && number.dtype is not (ScalarType.Bool or ScalarType.Byte):
                        view = Aten.Call("aten::select.int", view, place, number.ToInt64());
                        break;
                    case TensorIndex.Kind.Tensor:
                        IndexBy(index.Indices!);
                        break;
                }
            }
            return (view, tensors);

            // A mask of several dimensions is one entry too, as it is to libtorch.
            void IndexBy(Tensor tensor)
            {
                while (tensors.Count < place) tensors.Add(null);
                tensors.Add(tensor);
                place++;
            }
        }

        private static long Consumes(TensorIndex index) => index.Which switch
        {
            TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
            TensorIndex.Kind.Tensor => index.Indices!.dtype is ScalarType.Bool or ScalarType.Byte ? index.Indices.Dimensions : 1,
            _ => 0,
        };
    }
}
