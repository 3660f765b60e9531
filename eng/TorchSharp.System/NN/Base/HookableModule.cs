namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            protected Dictionary<string, TPreHook> pre_hooks = [];
            protected Dictionary<string, TPostHook> post_hooks = [];
            protected Dictionary<string, Action<Module>> module_pre_hooks = [];
            protected Dictionary<string, Action<Module>> module_post_hooks = [];

            protected HookableModule(string name) : base(name) { }
            protected HookableModule(IntPtr handle, IntPtr boxedHandle) : base(handle, boxedHandle) { }

            public HookRemover register_forward_hook(TPostHook hook) => Add(post_hooks, hook);
            public HookRemover register_forward_hook(Action<Module> hook) => Add(module_post_hooks, hook);
            public HookRemover register_forward_pre_hook(TPreHook hook) => Add(pre_hooks, hook);
            public HookRemover register_forward_pre_hook(Action<Module> hook) => Add(module_pre_hooks, hook);

            private HookRemover Add<THook>(Dictionary<string, THook> hooks, THook hook)
            {
                var key = Guid.NewGuid().ToString();
                hooks.Add(key, hook);
                return new HookRemover(this, key);
            }

            internal void RunHooks(Dictionary<string, Action<Module>> hooks)
            {
                foreach (var hook in hooks.Values) hook(this);
            }

            public class HookRemover(HookableModule<TPreHook, TPostHook> module, string key)
            {
                public void remove()
                {
                    module.pre_hooks.Remove(key);
                    module.post_hooks.Remove(key);
                    module.module_pre_hooks.Remove(key);
                    module.module_post_hooks.Remove(key);
                }
            }
        }
    }
}
