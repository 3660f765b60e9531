namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            // Composed, for libtorch 1.13 has no public operator for it.
            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
            {
                if (p < 0) throw new ArgumentException("Dropout probability must be greater than or equal to zero.");
                if (is_casual && attn_mask is not null) throw new ArgumentException("Casual attention masking cannot pass a mask.");

                using var scope = NewDisposeScope();
                var scaled = Aten.Call("aten::mul.Scalar", query, 1 / Math.Sqrt(query.size(-1)));
                var scores = Aten.Call("aten::matmul", scaled, Aten.Call("aten::transpose.int", key, -2, -1));
                if (is_casual)
                    attn_mask = Aten.Call("aten::tril", Aten.Call("aten::ones", new[] { query.size(-2), key.size(-2) }, ScalarType.Bool, Arg.None, query.device));
                if (attn_mask is not null)
                    scores = attn_mask.dtype == ScalarType.Bool
                        ? Aten.Call("aten::masked_fill.Scalar", scores, Aten.Call("aten::logical_not", attn_mask), double.NegativeInfinity)
                        : Aten.Call("aten::add.Tensor", scores, attn_mask);
                var weights = softmax(scores, -1);
                if (p > 0) weights = dropout(weights, p);
                return Aten.Call("aten::matmul", weights, value).MoveToOuterDisposeScope();
            }
        }
    }
}
