// The client that Kubernetes' own controllers use, against one cluster: client --kubeconfig FILE --namespace NAME.
// Prints one line a check; ends with 1 at the first that fails.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/util/retry"
)

const patience = 30 * time.Second

type suite struct {
	ctx       context.Context
	config    *rest.Config
	client    *kubernetes.Clientset
	namespace string
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "the cluster")
	namespace := flag.String("namespace", "client-go", "made, and left behind")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	must("kubeconfig", err)
	config.QPS, config.Burst = 1000, 1000
	s := &suite{context.Background(), config, kubernetes.NewForConfigOrDie(config), *namespace}
	_, err = s.client.CoreV1().Namespaces().Create(s.ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: *namespace}}, metav1.CreateOptions{})
	must("namespace", err)
	s.discovery()
	s.typed()
	s.conflicts()
	s.pages()
	s.apply()
	s.informer()
	s.unstructured()
	s.onlyMetadata()
	s.election()
}

func must(what string, err error) {
	check(what, err == nil, err)
}

func check(what string, holds bool, found any) {
	if !holds {
		fmt.Printf("FAILED %s: %v\n", what, found)
		os.Exit(1)
	}
	fmt.Printf("ok %s\n", what)
}

func (s *suite) configMap(name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"suite": "client-go"}}, Data: data}
}

func (s *suite) discovery() {
	cached := memory.NewMemCacheClient(s.client.Discovery())
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(cached)
	mapping, err := mapper.RESTMapping(schema.GroupKind{Kind: "Pod"}, "v1")
	must("a mapper finds pods", err)
	check("pods are namespaced", mapping.Resource.Resource == "pods" && mapping.Scope.Name() == "namespace", mapping)
	mapping, err = mapper.RESTMapping(schema.GroupKind{Group: "apps", Kind: "Deployment"})
	must("a mapper finds deployments", err)
	check("deployments are apps/v1", mapping.Resource.Version == "v1", mapping)
	_, err = mapper.RESTMapping(schema.GroupKind{Group: "none.example.com", Kind: "None"})
	check("a mapper does not find what is not there", err != nil, mapping)
	preferred, err := s.client.Discovery().ServerPreferredResources()
	must("preferred resources", err)
	check("there are several groups", len(preferred) > 4, len(preferred))
	version, err := s.client.Discovery().ServerVersion()
	must("version", err)
	check("the version is 1.34", version.Minor == "34", version)
	groups, err := s.client.Discovery().OpenAPIV3().Paths()
	must("openapi v3", err)
	check("openapi knows the core group", groups["api/v1"] != nil, groups)
}

func (s *suite) typed() {
	maps := s.client.CoreV1().ConfigMaps(s.namespace)
	made, err := maps.Create(s.ctx, s.configMap("typed", map[string]string{"k": "v"}), metav1.CreateOptions{})
	must("create", err)
	_, err = maps.Create(s.ctx, s.configMap("typed", nil), metav1.CreateOptions{})
	check("a second create says that it is there", apierrors.IsAlreadyExists(err), err)
	made.Data["k"] = "w"
	_, err = maps.Update(s.ctx, made, metav1.UpdateOptions{})
	must("update", err)
	_, err = maps.Update(s.ctx, made, metav1.UpdateOptions{})
	check("an update of what was is a conflict", apierrors.IsConflict(err), err)
	_, err = maps.Get(s.ctx, "none", metav1.GetOptions{})
	check("get of nothing says not found", apierrors.IsNotFound(err), err)
	_, err = maps.Create(s.ctx, s.configMap("Wrong_Name", nil), metav1.CreateOptions{})
	check("a wrong name is invalid", apierrors.IsInvalid(err), err)
	patched, err := maps.Patch(s.ctx, "typed", types.StrategicMergePatchType, []byte(`{"data":{"l":"x"}}`), metav1.PatchOptions{})
	must("patch", err)
	check("the patch is merged", len(patched.Data) == 2, patched.Data)
	must("delete with a precondition", maps.Delete(s.ctx, "typed", *metav1.NewPreconditionDeleteOptions(string(patched.UID))))
}

func (s *suite) conflicts() {
	maps := s.client.CoreV1().ConfigMaps(s.namespace)
	_, err := maps.Create(s.ctx, s.configMap("counter", map[string]string{"n": "0"}), metav1.CreateOptions{})
	must("a counter", err)
	var all sync.WaitGroup
	failed := make(chan error, 10)
	for i := 0; i < 10; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			err := retry.OnError(retry.DefaultBackoff, func(error) bool { return true }, func() error {
				return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
					now, err := maps.Get(s.ctx, "counter", metav1.GetOptions{})
					if err != nil {
						return err
					}
					n, _ := strconv.Atoi(now.Data["n"])
					now.Data["n"] = strconv.Itoa(n + 1)
					_, err = maps.Update(s.ctx, now, metav1.UpdateOptions{})
					return err
				})
			})
			if err != nil {
				failed <- err
			}
		}()
	}
	all.Wait()
	check("ten writers take turns", len(failed) == 0, len(failed))
	now, err := maps.Get(s.ctx, "counter", metav1.GetOptions{})
	must("the counter", err)
	check("no write was lost", now.Data["n"] == "10", now.Data)
}

func (s *suite) pages() {
	secrets := s.client.CoreV1().Secrets(s.namespace)
	for i := 0; i < 25; i++ {
		_, err := secrets.Create(s.ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{GenerateName: "page-"}}, metav1.CreateOptions{})
		if err != nil {
			must("a page's secret", err)
		}
	}
	lister := pager.New(func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) { return secrets.List(ctx, opts) })
	lister.PageSize = 10
	seen := map[string]bool{}
	err := lister.EachListItem(s.ctx, metav1.ListOptions{}, func(each runtime.Object) error {
		seen[each.(*corev1.Secret).Name] = true
		return nil
	})
	must("pages", err)
	check("every item comes once", len(seen) == 25, len(seen))
	must("a collection is deleted", secrets.DeleteCollection(s.ctx, metav1.DeleteOptions{}, metav1.ListOptions{}))
}

func (s *suite) apply() {
	maps := s.client.CoreV1().ConfigMaps(s.namespace)
	wanted := applycorev1.ConfigMap("applied", s.namespace).WithData(map[string]string{"k": "v", "l": "w"})
	_, err := maps.Apply(s.ctx, wanted, metav1.ApplyOptions{FieldManager: "one"})
	must("apply", err)
	other := applycorev1.ConfigMap("applied", s.namespace).WithData(map[string]string{"k": "mine"})
	_, err = maps.Apply(s.ctx, other, metav1.ApplyOptions{FieldManager: "two"})
	check("another's field is a conflict", apierrors.IsConflict(err), err)
	now, err := maps.Apply(s.ctx, other, metav1.ApplyOptions{FieldManager: "two", Force: true})
	must("apply by force", err)
	check("the other's fields stay", now.Data["k"] == "mine" && now.Data["l"] == "w", now.Data)
	own, err := applycorev1.ExtractConfigMap(now, "one")
	must("one's own part is extracted", err)
	check("one owns what was not taken", len(own.Data) == 1 && own.Data["l"] == "w", own.Data)
	now, err = maps.Apply(s.ctx, applycorev1.ConfigMap("applied", s.namespace), metav1.ApplyOptions{FieldManager: "one"})
	must("apply nothing", err)
	check("what nobody wants any more goes", len(now.Data) == 1, now.Data)
}

func (s *suite) informer() {
	factory := informers.NewSharedInformerFactoryWithOptions(s.client, 0, informers.WithNamespace(s.namespace),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = "suite=client-go" }))
	heard := make(chan string, 100)
	informer := factory.Core().V1().ConfigMaps().Informer()
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { heard <- "add " + o.(*corev1.ConfigMap).Name },
		UpdateFunc: func(_, o any) { heard <- "update " + o.(*corev1.ConfigMap).Name },
		DeleteFunc: func(o any) { heard <- "delete " + name(o) },
	})
	must("a handler", err)
	stop := make(chan struct{})
	defer close(stop)
	factory.Start(stop)
	check("the cache fills", cache.WaitForCacheSync(stop, informer.HasSynced), "")
	maps := s.client.CoreV1().ConfigMaps(s.namespace)
	made, err := maps.Create(s.ctx, s.configMap("watched", nil), metav1.CreateOptions{})
	must("create while watching", err)
	made.Data = map[string]string{"k": "v"}
	_, err = maps.Update(s.ctx, made, metav1.UpdateOptions{})
	must("update while watching", err)
	await(heard, "add watched")
	await(heard, "update watched")
	_, err = maps.Patch(s.ctx, "watched", types.MergePatchType, []byte(`{"metadata":{"labels":{"suite":"other"}}}`), metav1.PatchOptions{})
	must("a label that is no longer selected", err)
	await(heard, "delete watched")
	must("delete", maps.Delete(s.ctx, "watched", metav1.DeleteOptions{}))
}

func name(o any) string {
	if gone, ok := o.(cache.DeletedFinalStateUnknown); ok {
		o = gone.Obj
	}
	return o.(metav1.Object).GetName()
}

func await(heard chan string, wanted string) {
	timeout := time.After(patience)
	for {
		select {
		case one := <-heard:
			if one == wanted {
				check("heard: "+wanted, true, "")
				return
			}
		case <-timeout:
			check("heard: "+wanted, false, "nothing")
		}
	}
}

func (s *suite) unstructured() {
	client := dynamic.NewForConfigOrDie(s.config)
	leases := client.Resource(schema.GroupVersionResource{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"}).Namespace(s.namespace)
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
		"metadata": map[string]any{"name": "dynamic"},
		"spec":     map[string]any{"holderIdentity": "me", "leaseDurationSeconds": int64(5)},
	}}
	made, err := leases.Create(s.ctx, object, metav1.CreateOptions{})
	must("a dynamic create", err)
	holder, _, _ := unstructured.NestedString(made.Object, "spec", "holderIdentity")
	check("a dynamic answer has its fields", holder == "me", made)
	list, err := leases.List(s.ctx, metav1.ListOptions{})
	must("a dynamic list", err)
	check("items of a list know what they are", list.Items[0].GetKind() == "Lease", list.Items[0].GetKind())
	_, err = leases.Apply(s.ctx, "dynamic", &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
		"metadata": map[string]any{"name": "dynamic"}, "spec": map[string]any{"leaseTransitions": int64(1)},
	}}, metav1.ApplyOptions{FieldManager: "dynamic"})
	must("a dynamic apply", err)
	watcher, err := leases.Watch(s.ctx, metav1.ListOptions{ResourceVersion: list.GetResourceVersion()})
	must("a dynamic watch", err)
	defer watcher.Stop()
	must("a dynamic delete", leases.Delete(s.ctx, "dynamic", metav1.DeleteOptions{}))
	for {
		select {
		case event := <-watcher.ResultChan():
			if string(event.Type) == "DELETED" {
				check("a dynamic watch tells of it", true, "")
				return
			}
		case <-time.After(patience):
			check("a dynamic watch tells of it", false, "nothing")
		}
	}
}

func (s *suite) onlyMetadata() {
	client := metadata.NewForConfigOrDie(s.config)
	maps := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(s.namespace)
	list, err := maps.List(s.ctx, metav1.ListOptions{LabelSelector: "suite=client-go"})
	must("a list of metadata", err)
	check("it has the counter", len(list.Items) == 1 && list.Items[0].Name == "counter", list.Items)
	watcher, err := maps.Watch(s.ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	must("a watch of metadata", err)
	defer watcher.Stop()
	_, err = maps.Patch(s.ctx, "counter", types.MergePatchType, []byte(`{"metadata":{"annotations":{"a":"b"}}}`), metav1.PatchOptions{})
	must("a patch of metadata", err)
	select {
	case event := <-watcher.ResultChan():
		one, ok := event.Object.(*metav1.PartialObjectMetadata)
		check("the event is metadata only", ok && one.Annotations["a"] == "b", event.Object)
	case <-time.After(patience):
		check("the event is metadata only", false, "nothing")
	}
}

func (s *suite) election() {
	led := make(chan string, 10)
	candidate := func(ctx context.Context, id string) {
		lock := &resourcelock.LeaseLock{
			LeaseMeta: metav1.ObjectMeta{Name: "leader", Namespace: s.namespace}, Client: s.client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: id},
		}
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock: lock, ReleaseOnCancel: true,
			LeaseDuration: 4 * time.Second, RenewDeadline: 3 * time.Second, RetryPeriod: 200 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) { led <- id }, OnStoppedLeading: func() {}},
		})
	}
	first, stop := context.WithCancel(s.ctx)
	go candidate(first, "first")
	await(led, "first")
	second, end := context.WithCancel(s.ctx)
	defer end()
	go candidate(second, "second")
	stop()
	await(led, "second")
}
