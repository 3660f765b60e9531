namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Aten.Call("aten::addbmm", this, batch1, batch2, beta, alpha);
        public Tensor addbmm_(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Do("aten::addbmm_", this, batch1, batch2, beta, alpha);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Aten.Call("aten::addmm", this, mat1, mat2, beta, alpha);
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Do("aten::addmm_", this, mat1, mat2, beta, alpha);
        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1, float alpha = 1) => Aten.Call("aten::addmv", this, mat, vec, beta, alpha);
        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1, float alpha = 1) => Do("aten::addmv_", this, mat, vec, beta, alpha);
        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) => Aten.Call("aten::addr", this, vec1, vec2, beta, alpha);
        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) => Do("aten::addr_", this, vec1, vec2, beta, alpha);
        public Tensor adjoint() => Aten.Call("aten::adjoint", this);
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Aten.Call("aten::baddbmm", this, batch1, batch2, beta, alpha);
        public Tensor bmm(Tensor batch2) => Aten.Call("aten::bmm", this, batch2);
        public Tensor cholesky(bool upper = false) => Aten.Call("aten::cholesky", this, upper);
        public Tensor cholesky_inverse(bool upper = false) => Aten.Call("aten::cholesky_inverse", this, upper);
        public Tensor cholesky_solve(Tensor input2, bool upper = false) => Aten.Call("aten::cholesky_solve", this, input2, upper);
        public Tensor det() => torch.linalg.det(this);
        public Tensor dot(Tensor target) => Aten.Call("aten::dot", this, SameVector(target, "dot"));
        public (Tensor a, Tensor tau) geqrf() => Aten.Call2("aten::geqrf", this);
        public Tensor ger(Tensor vec2) => Aten.Call("aten::ger", this, vec2);
        public Tensor inner(Tensor vec2) => Aten.Call("aten::inner", this, vec2);
        public Tensor inverse() => torch.linalg.inv(this);
        public Tensor kron(Tensor other) => Aten.Call("aten::kron", this, other);
        public Tensor logdet() => Aten.Call("aten::logdet", this);
        public Tensor matmul(Tensor target) => Aten.Call("aten::matmul", this, target);
        public Tensor matrix_exp() => Aten.Call("aten::matrix_exp", this);
        public Tensor matrix_power(int n) => Aten.Call("aten::linalg_matrix_power", this, n);
        public Tensor mm(Tensor target) => Aten.Call("aten::mm", this, target);
        public Tensor mv(Tensor target) => Aten.Call("aten::mv", this, target);
        public Tensor ormqr(Tensor tau, Tensor other, bool left = true, bool transpose = false) =>
            Aten.Call("aten::ormqr", this, tau, other, left, transpose);
        public Tensor outer(Tensor vec2) => Aten.Call("aten::outer", this, vec2);
        public Tensor pinverse(double rcond = 1E-15, bool hermitian = false) => Aten.Call("aten::linalg_pinv", this, rcond, hermitian);
        public Tensor tensordot(Tensor b, long[] dims1, long[] dims2) => Aten.Call("aten::tensordot", this, b, dims1, dims2);
        public Tensor tensordot(Tensor b, (long, long)[] dims) =>
            tensordot(b, dims.Select(pair => pair.Item1).ToArray(), dims.Select(pair => pair.Item2).ToArray());
        public Tensor trace() => ndim == 2
            ? Aten.Call("aten::trace", this)
            : throw new ArgumentException($"Expected a matrix, but got tensor with ndim == {ndim}");
        public Tensor vander(long N = -1, bool increasing = false) => Aten.Call("aten::vander", this, N == -1 ? size(0) : N, increasing);
        public Tensor vdot(Tensor target) => Aten.Call("aten::vdot", this, SameVector(target, "vdot"));

        public Tensor T => Aten.Call("aten::permute", this, Enumerable.Range(1, (int)ndim).Select(back => ndim - back).ToArray());
        public Tensor H => is_complex() ? transpose(0, 1).conj() : transpose(0, 1);
        public Tensor mT => Aten.Call("aten::mT", this);
        public Tensor mH => Aten.Call("aten::mH", this);

        private Tensor SameVector(Tensor other, string op) => ndim == 1 && other.ndim == 1 && numel() == other.numel()
            ? other
            : throw new InvalidOperationException($"{op} arguments must have the same shape.");
    }

    public static Tensor addbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
        input.addbmm(batch1, batch2, beta, alpha);
    public static Tensor addbmm_(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
        input.addbmm_(batch1, batch2, beta, alpha);
    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmm(mat1, mat2, beta, alpha);
    public static Tensor addmm_(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmm_(mat1, mat2, beta, alpha);
    public static Tensor addmv(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmv(mat1, mat2, beta, alpha);
    public static Tensor addmv_(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmv_(mat1, mat2, beta, alpha);
    public static Tensor addr(Tensor input, Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) => input.addr(vec1, vec2, beta, alpha);
    public static Tensor addr_(Tensor input, Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) => input.addr_(vec1, vec2, beta, alpha);
    public static Tensor adjoint(Tensor input) => input.adjoint();
    public static Tensor baddbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
        input.baddbmm(batch1, batch2, beta, alpha);
    public static Tensor bmm(Tensor input, Tensor batch2) => input.bmm(batch2);
    public static Tensor chain_matmul(params Tensor[] matrices) => linalg.multi_dot(matrices);
    public static Tensor cholesky(Tensor input) => input.cholesky();
    public static Tensor cholesky(Tensor input, bool upper) => input.cholesky(upper);
    public static Tensor cholesky_inverse(Tensor input, bool upper = false) => input.cholesky_inverse(upper);
    public static Tensor cholesky_solve(Tensor input, Tensor input2, bool upper = false) => input.cholesky_solve(input2, upper);
    public static Tensor det(Tensor input) => input.det();
    public static Tensor dot(Tensor input, Tensor other) => input.dot(other);
    public static Tensor einsum(string equation, params Tensor[] tensors) => Aten.Call("aten::einsum", equation, tensors);
    public static (Tensor a, Tensor tau) geqrf(Tensor input) => input.geqrf();
    public static Tensor ger(Tensor input, Tensor vec2) => input.ger(vec2);
    public static Tensor inner(Tensor input, Tensor vec2) => input.inner(vec2);
    public static Tensor inverse(Tensor input) => input.inverse();
    public static Tensor kron(Tensor input, Tensor other) => input.kron(other);
    public static Tensor logdet(Tensor input) => input.logdet();
    public static (Tensor A_LU, Tensor? pivots, Tensor? infos) lu(Tensor A, bool pivot = true, bool get_infos = false)
    {
        var (factors, pivots, infos) = Aten.Call3("aten::linalg_lu_factor_ex", A, pivot, !get_infos);
        if (!get_infos) infos.Dispose();
        return (factors, pivots, get_infos ? infos : null);
    }
    public static (Tensor P, Tensor? L, Tensor? U) lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data = true, bool unpack_pivots = true) =>
        Aten.Call3("aten::lu_unpack", LU_data, LU_pivots, unpack_data, unpack_pivots);
    public static Tensor matmul(Tensor input, Tensor target) => input.matmul(target);
    public static Tensor matrix_exp(Tensor input) => input.matrix_exp();
    public static Tensor matrix_power(Tensor input, int n) => input.matrix_power(n);
    public static Tensor mm(Tensor input, Tensor target) => input.mm(target);
    public static Tensor mv(Tensor input, Tensor target) => input.mv(target);
    public static Tensor orgqr(Tensor input, Tensor tau) => linalg.householder_product(input, tau);
    public static Tensor ormqr(Tensor input, Tensor tau, Tensor other, bool left = true, bool transpose = false) =>
        input.ormqr(tau, other, left, transpose);
    public static Tensor outer(Tensor input, Tensor vec2) => input.outer(vec2);
    public static Tensor pinverse(Tensor input, double rcond = 1E-15, bool hermitian = false) => input.pinverse(rcond, hermitian);
    public static (Tensor res, Tensor logabsdet) slogdet(Tensor A) => linalg.slogdet(A);
    public static Tensor tensordot(Tensor a, Tensor b, long[] dims1, long[] dims2) => a.tensordot(b, dims1, dims2);
    public static Tensor tensordot(Tensor a, Tensor b, (long, long)[] dims) => a.tensordot(b, dims);
    public static Tensor trace(Tensor input) => input.trace();
    public static Tensor vander(Tensor x, long N = -1, bool increasing = false) => x.vander(N, increasing);
    public static Tensor vdot(Tensor input, Tensor target) => input.vdot(target);
}
